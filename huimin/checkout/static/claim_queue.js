// @ts-check
// Claims that were made while the server could not be reached: kept in the store and filed later, under the
// same key, so that each is filed once. What came of one is shown until the cashier has read it.
import { ask, asProblem } from "./ask.js";
import { serverTime } from "./clock.js";
import { countyDay } from "./county_time.js";
import { announce } from "./leader.js";
import { done, read, write } from "./store.js";
import { thisTill } from "./this_till.js";
import { addresses } from "./words.js";

/** @import { Till } from "./this_till.js" */

/** @typedef {Record<string, unknown> & {order_no: string, amount_fen: number, card?: string}} ClaimBody */
/**
 * `day`: the county day of the purchase. `filed`: the server has it, under `claim_no` if that is known.
 * `problem`: why it was refused.
 * @typedef {{
 *   key: string, body: ClaimBody, day: string, made_at: number, till: Till | null,
 *   filed?: boolean, claim_no?: string, problem?: string,
 * }} KeptClaim
 */

const PREFIX = "claim:";
const PATIENCE_MS = 30_000;
const RANGE = () => IDBKeyRange.bound(PREFIX, `${PREFIX}\uffff`);
// It is filed already: an attempt before this one had reached the server.
const FILED = ["claim_exists", "idempotency_mismatch"];
// Another sale has its order number, for good or until people decide.
const TAKEN = ["order_exists", "order_waiting"];

/**
 * Keep a claim that got no answer.
 * @param {string} key the idempotency key under which it was sent
 * @param {ClaimBody} body
 */
export async function keepClaim(key, body) {
  const made_at = serverTime();
  const claim = { key, body, day: countyDay(made_at), made_at, till: await thisTill() };
  await write(({ kept }) => done(kept.put(claim, PREFIX + key)));
  announce("claims");
}

/** @returns {Promise<KeptClaim[]>} */
export const keptClaims = () => read(({ kept }) => done(kept.getAll(RANGE())));

/**
 * The cashier has read what came of it.
 * @param {string} key
 */
export async function forgetClaim(key) {
  await write(({ kept }) => done(kept.delete(PREFIX + key)));
  announce("claims");
}

/**
 * File what is kept for this outlet. One that is refused holds up no other.
 * @param {string} outletId
 */
export async function fileKept(outletId) {
  const open = (await keptClaims()).filter((claim) => !claim.filed && !claim.problem);
  for (const claim of open) {
    if (claim.till && claim.till.outlet !== outletId) continue;
    await settle(claim, await outcomeOf(claim));
  }
}

/**
 * @param {KeptClaim} claim
 * @returns {Promise<Pick<KeptClaim, "filed" | "claim_no" | "problem">>}
 */
async function outcomeOf({ key, body, day }) {
  // On its own day the body stays as it was first sent, so that the server knows a repeat.
  const dated = day === countyDay(serverTime()) ? body : { ...body, occurred_on: day };
  try {
    const patience = { wait: PATIENCE_MS, quietly: true };
    const { claim_no } = await ask(addresses.claims, dated, key, patience);
    return { filed: true, claim_no };
  } catch (thrown) {
    const problem = asProblem(thrown);
    if (FILED.includes(problem.code)) return { filed: true };
    const isNo = (problem.status ?? 500) < 500 && ![401, 403, 409, 429].includes(problem.status ?? 0);
    if (isNo || TAKEN.includes(problem.code ?? "")) return { problem: problem.detail ?? problem.code };
    throw problem;
  }
}

/**
 * @param {KeptClaim} claim
 * @param {Pick<KeptClaim, "filed" | "claim_no" | "problem">} outcome
 */
async function settle({ body: { card: _, ...body }, ...claim }, outcome) {
  await write(({ kept }) => done(kept.put({ ...claim, ...outcome, body }, PREFIX + claim.key)));
  announce("claims");
}
