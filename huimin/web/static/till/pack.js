// The offline pack: what the till needs to go on by itself, fetched while there is a network and kept
// in the store. A pack that is older than its validity, or of another terminal, is no pack.
import { askIfChanged } from "./ask.js";
import { serverTime } from "./clock.js";
import { announce } from "./leader.js";
import { done, kept, write } from "./store.js";
import { addresses } from "./words.js";

const MOMENTS = ["issued_at", "valid_until", "server_time"];
const TOLERANCE_MS = 120_000; // what the server allows a clock to be off by
const header = (moment) => `Huimin-Pack-${moment.split("_").map((part) => part[0].toUpperCase() + part.slice(1)).join("-")}`;

let current; // {tag, body}; undefined before the store was read

export async function keptPack() {
  current = (await kept("pack").catch(() => current)) ?? null;
  return current?.body ?? null;
}

// Fetch it, if it changed. A pack whose policy allows nothing offline any more is forgotten.
export async function fetchPack() {
  await keptPack();
  let given;
  try {
    given = await askIfChanged(addresses.offlinePack, current?.tag, { wait: 20_000 });
  } catch (problem) {
    if (problem.code === "offline_not_allowed") await store(null);
    throw problem;
  }
  const body = given.told ?? { ...current.body };
  // Unchanged: the moments of this answer count for what is kept.
  if (!given.told) for (const moment of MOMENTS) body[moment] = given.header(header(moment)) ?? body[moment];
  await store({ tag: given.tag, body });
  return body;
}

async function store(pack) {
  await write(({ kept }) => done(pack ? kept.put(pack, "pack") : kept.delete("pack")));
  current = pack;
  announce("pack");
}

// Why it can't be used now, as a refusal's code; null where it can.
export function whyNot(pack) {
  if (!pack) return "offline_no_pack";
  const now = serverTime();
  if (now < Date.parse(pack.issued_at) - TOLERANCE_MS) return "offline_time_wrong";
  if (now > Date.parse(pack.valid_until)) return "offline_pack_expired";
  return null;
}

// The policy for holders in general on the county day of an instant; null where there is none.
export function policyAt(pack, instant) {
  const day = new Date(instant + 8 * 3600_000).toISOString().slice(0, 10);
  return pack.policies.find((policy) => policy.id === pack.days[day]) ?? null;
}
