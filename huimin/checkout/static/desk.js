// @ts-check
// Answers for a sale: the server does, or this till itself if the server can't be reached and the offline
// pack is valid. A sale that began offline ends offline. One that the server may have entered is queued
// under its own order number, so that it is entered once even if the answer was lost. One that the cashier
// cancelled is never queued.
import { asProblem, CANCELLED } from "./ask.js";
import { announce } from "./leader.js";
import { offlineDesk, usablePack } from "./offline_desk.js";
import { isLeaving } from "./opened.js";
import { canReach, reached } from "./reach.js";
import { serverDesk } from "./server_desk.js";
import { thisTill } from "./this_till.js";
import { forgetAsked, noteAsked } from "./unanswered.js";

/** @import { Patience, Problem } from "./ask.js" */
/** @import { Basket } from "./discount.js" */
/** @import { AskedSale } from "./unanswered.js" */

/** @typedef {{id: string, kind: string, name_masked: string, relation: string}} Person who may present a card */
/**
 * What a card gets here today.
 * @typedef {object} Verified
 * @property {Person[]} may_present
 * @property {{label: string, excluded_categories: string[]} | null} policy
 * @property {{budget_fen: number | null} | null} [remaining] what the policy's budget leaves; 0 when it is used up
 * @property {boolean} [identity_needed] false where the code itself proves who is here
 * @property {boolean} [offline] whether this till answered by itself
 */
/** @typedef {{amount_fen: number, discount_fen: number, payable_fen: number, explanation: string[]}} QuoteAnswer */
/** @typedef {Basket & {card: string}} SaleBody */
/** @typedef {SaleBody & {order_no: string, presented_by: string, identity_checked: boolean, shop_order_no?: string}} Order */
/**
 * A sale or reversal that was recorded. An `offline` one is in the queue, and has no ledger id yet.
 * @typedef {object} Receipt
 * @property {string | null} id
 * @property {string} receipt_no
 * @property {string} order_no
 * @property {number} amount_fen
 * @property {number} discount_fen
 * @property {number} payable_fen
 * @property {string} recorded_at
 * @property {boolean} [offline]
 * @property {string} [client_id] the row of the queue
 */

const PATIENCE_MS = 3_000; // for a till that can work offline
const LONG_PATIENCE_MS = 15_000; // for one that can't

/** @type {{offline: boolean, kinds: Map<string, string>} | null} the card being sold to: presenter id → kind */
let card = null;
/** @type {{body: string, discount_fen: number} | null} the newest quote */
let shown = null;

const canGoOn = () =>
  usablePack().then(
    () => true,
    () => false,
  );

/**
 * Ask the server; answer here if no answer comes.
 * @template Answer
 * @param {(patience: Patience) => Promise<Answer>} call
 * @param {() => Promise<Answer>} alone
 */
async function withServer(call, alone) {
  if (isLeaving()) return alone(); // which says that somebody has signed out here
  const possible = await canGoOn();
  if (possible && !canReach()) return alone();
  try {
    const answer = await call({ wait: possible ? PATIENCE_MS : LONG_PATIENCE_MS });
    reached(true);
    return answer;
  } catch (thrown) {
    const problem = asProblem(thrown);
    if (problem.code !== "offline") throw problem;
    reached(false);
    announce("lost");
    if (!possible) throw await whyNotAlone(problem);
    return alone();
  }
}

/**
 * Why this till can't go on alone; just that the server is away if it was never meant to.
 * @param {Problem} problem
 */
async function whyNotAlone(problem) {
  try {
    await usablePack();
    return problem;
  } catch (thrown) {
    const why = asProblem(thrown);
    return why.code === "offline_no_pack" ? problem : why;
  }
}

/** @param {string} text what was scanned or typed */
async function verify(text) {
  card = shown = null;
  const verified = await withServer(
    (patience) => serverDesk.verify(text, patience),
    () => offlineDesk.verify(text),
  );
  const kinds = new Map(verified.may_present.map((person) => [person.id, person.kind]));
  card = { offline: Boolean(verified.offline), kinds };
  return verified;
}

/**
 * @param {SaleBody} body
 * @returns {Promise<QuoteAnswer>}
 */
async function quote(body) {
  const alone = () => offlineDesk.quote(body);
  const answer = card?.offline
    ? await alone()
    : await withServer((patience) => serverDesk.quote(body, patience), alone);
  shown = { body: JSON.stringify(body), discount_fen: answer.discount_fen };
  return answer;
}

/**
 * Record a sale. Throws a Problem; it is `undecided` if the server may have recorded the sale all the same.
 * @param {Order} order
 * @param {string} key the idempotency key
 * @param {AbortSignal} signal the cashier cancelled it
 * @returns {Promise<Receipt>}
 */
async function redeem(order, key, signal) {
  const { order_no, presented_by, identity_checked, shop_order_no, ...body } = order;
  const shownFen = shown?.body === JSON.stringify(body) ? shown.discount_fen : null;
  const kind = card?.kinds.get(presented_by) ?? presented_by;
  const alone = () => offlineDesk.redeem({ ...order, presented_by: kind }, key, shownFen, signal);
  if (card?.offline) return alone();
  const sale = await askedSale(order);
  let asked = false;
  let isRefused = false; // by the server: then nothing was recorded
  try {
    const receipt = await withServer(async (patience) => {
      await noteAsked(sale);
      if (signal.aborted) throw CANCELLED;
      asked = true;
      try {
        return await serverDesk.redeem(order, key, { ...patience, signal });
      } catch (thrown) {
        isRefused = isNo(asProblem(thrown));
        throw thrown;
      }
    }, alone);
    forgetAsked(order_no);
    return receipt;
  } catch (thrown) {
    const problem = asProblem(thrown);
    if (asked && !isRefused) throw { ...problem, undecided: true };
    forgetAsked(order_no);
    throw problem;
  }
}

/**
 * Ask the server again about a sale that got no proper answer: the same body with the same key. What it
 * says about who asks, or how often, says nothing about the sale.
 * @param {Order} order
 * @param {string} key
 * @param {AbortSignal} signal
 * @returns {Promise<Receipt>}
 */
async function redeemAgain(order, key, signal) {
  try {
    const receipt = await serverDesk.redeem(order, key, { wait: LONG_PATIENCE_MS, signal });
    reached(true);
    forgetAsked(order.order_no);
    return receipt;
  } catch (thrown) {
    const problem = asProblem(thrown);
    if (isNo(problem) && !OF_THE_CALLER.includes(problem.status ?? 0)) throw problem;
    throw { ...problem, undecided: true };
  }
}

// These say nothing about the sale: an attempt before them may have been recorded.
const UNDECIDED = ["offline", "request_in_progress", "too_many_requests", "body_too_slow"];
const OF_THE_CALLER = [400, 401, 403];
/** @param {Problem} problem */
const isNo = (problem) => !((problem.status ?? 0) >= 500) && !UNDECIDED.includes(problem.code);

/**
 * What is noted of a sale before it is sent.
 * @param {Order} order
 * @returns {Promise<AskedSale>}
 */
export const askedSale = async ({ order_no, amount_fen }) => ({
  order_no,
  amount_fen,
  till: await thisTill(),
});

export const desk = { verify, quote, redeem, redeemAgain };
