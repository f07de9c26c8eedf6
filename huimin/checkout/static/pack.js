// The offline pack: what the till needs to go on by itself, fetched while there is a network and kept
// in the store. A pack that is older than its validity, or of another terminal, is no pack.
import { askIfChanged } from "./ask.js";
import { serverTime } from "./clock.js";
import { announce, onAnnounce } from "./leader.js";
import { renewed, requireValid } from "./offline_policy.js";
import { done, kept, write } from "./store.js";
import { addresses } from "./words.js";

const PATIENCE_MS = 20_000;
let current; // {tag, body}, null for none; undefined until the store is read

onAnnounce("pack", () => (current = undefined)); // another page may have fetched it

export async function keptPack() {
  if (current === undefined) current = (await kept("pack")) ?? null;
  return current?.body ?? null;
}

// Fetch it, if it changed. A pack whose policy allows nothing offline any more is forgotten.
export async function fetchPack() {
  await keptPack();
  const before = current;
  try {
    const { tag, headers, told } = await askIfChanged(addresses.offlinePack, before?.tag, { wait: PATIENCE_MS });
    const body = told ?? renewed(before.body, headers);
    await store({ tag, body });
    return body;
  } catch (problem) {
    if (problem.code === "offline_not_allowed") await store(null);
    throw problem;
  }
}

async function store(pack) {
  await write(({ kept }) => done(pack ? kept.put(pack, "pack") : kept.delete("pack")));
  announce("pack");
}

// Why it can't be used now, as a refusal's code; null where it can.
export function whyNot(pack) {
  if (!pack) return "offline_no_pack";
  try {
    requireValid(pack, serverTime());
    return null;
  } catch (refusal) {
    return refusal.code;
  }
}
