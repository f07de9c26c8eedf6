// @ts-check
// The offline pack: what the till needs to work by itself, fetched while online and kept in the store.
import { askIfChanged, asProblem } from "./ask.js";
import { serverTime } from "./clock.js";
import { announce, onAnnounce } from "./leader.js";
import { renewed, requireValid } from "./offline_policy.js";
import { isOpened } from "./opened.js";
import { done, readValue, write } from "./store.js";
import { addresses } from "./words.js";

/** @import { KeySet } from "./card_token.js" */
/** @import { Room, Terms } from "./discount.js" */
/** @import { PackWords } from "./quote_answer.js" */

/**
 * As the server sends it (checkout/offline/pack.py). Times are ISO 8601.
 * @typedef {object} Pack
 * @property {string} id each sale made under the pack names it
 * @property {string} issued_at
 * @property {string} valid_until
 * @property {string} server_time
 * @property {{id: string, code: string, label: string}} terminal
 * @property {{id: string, name: string}} outlet
 * @property {KeySet} keys
 * @property {string[]} [revoked_keys] the ids of keys that leaked; a pack kept from earlier names none
 * @property {{issued_at: string, count: number, copies: string}} deny_list ids of 7 bytes, sorted, in base64url
 * @property {Terms[]} policies
 * @property {Record<string, string | null>} days county day → policy id
 * @property {Room} caps
 * @property {"merchant" | "government"} bearer of a discount that can't be entered afterwards
 * @property {boolean} allows_changing_code
 * @property {Record<string, PackWords>} words by language
 */

const PATIENCE_MS = 20_000;
/** @type {{tag: string | null, body: Pack} | null | undefined} null for none; undefined until the store is read */
let current;

onAnnounce("pack", () => (current = undefined)); // another page may have fetched it; read it again

/** @returns {Promise<Pack | null>} */
export async function keptPack() {
  if (current === undefined) current = (await readValue("pack")) ?? null;
  return current?.body ?? null;
}

/**
 * Fetch the pack if it has changed. It is deleted if the policy no longer allows sales offline.
 * @returns {Promise<Pack>}
 */
export async function fetchPack() {
  const before = await keptPack();
  const tag = before && current?.tag;
  try {
    const fresh = await askIfChanged(addresses.offlinePack, tag, { wait: PATIENCE_MS });
    const body = fresh.answer ?? renewed(/** @type {Pack} */ (before), fresh.headers);
    await keep({ tag: fresh.tag, body });
    return body;
  } catch (thrown) {
    if (asProblem(thrown).code === "offline_not_allowed") await keep(null);
    throw thrown;
  }
}

/** @param {{tag: string | null, body: Pack} | null} pack */
async function keep(pack) {
  await write(async ({ kept }) => {
    if (pack) await done(kept.put(pack, "pack"));
    else await done(kept.delete("pack"));
  });
  announce("pack");
}

/**
 * The code of why the pack can't be used now; null if it can.
 * @param {Pack | null} pack
 * @returns {string | null}
 */
export function whyNot(pack) {
  if (!isOpened()) return "offline_signed_out";
  if (!pack) return "offline_no_pack";
  try {
    requireValid(pack, serverTime());
    return null;
  } catch (thrown) {
    return asProblem(thrown).code;
  }
}
