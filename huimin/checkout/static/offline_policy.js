// @ts-check
// Which policy of the offline pack is in force at an instant, and whether the pack is still valid.
import { countyDay } from "./county_time.js";

/** @import { Terms } from "./discount.js" */
/** @import { Pack } from "./pack.js" */

// If the pack was made this long after the till's time, the till's clock is wrong.
const AHEAD_MS = 120_000;

/**
 * The policy of that instant's county day. Throws {code}: no_policy, offline_not_allowed.
 * @param {Pick<Pack, "days" | "policies">} pack
 * @param {number} ms
 * @returns {Terms}
 */
export function policyOn(pack, ms) {
  const id = pack.days[countyDay(ms)];
  const terms = pack.policies.find((policy) => policy.id === id);
  if (!terms) throw { code: "no_policy" };
  if (!terms.offline) throw { code: "offline_not_allowed" };
  return terms;
}

/**
 * Throws {code: "offline_pack_expired"} if the pack is too old at that instant, and
 * {code: "offline_time_wrong"} if the instant lies before the pack was made.
 * @param {Pick<Pack, "issued_at" | "valid_until">} pack
 * @param {number} ms
 */
export function requireValid(pack, ms) {
  if (ms > Date.parse(pack.valid_until)) throw { code: "offline_pack_expired" };
  if (ms < Date.parse(pack.issued_at) - AHEAD_MS) throw { code: "offline_time_wrong" };
}

/**
 * The pack after a 304: the same content, with the id and the times in the answer's headers.
 * @param {Pack} pack
 * @param {Headers} headers
 * @returns {Pack}
 */
export function renewed(pack, headers) {
  const moment = (/** @type {string} */ name) =>
    /** @type {string} */ (headers.get(`Huimin-Pack-${name}`));
  const issuedAt = moment("Issued-At");
  return {
    ...pack,
    id: moment("Id"),
    issued_at: issuedAt,
    valid_until: moment("Valid-Until"),
    server_time: moment("Server-Time"),
    deny_list: { ...pack.deny_list, issued_at: issuedAt },
  };
}
