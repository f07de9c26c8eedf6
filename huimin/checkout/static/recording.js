// @ts-check
// A sale between the cashier's press and what came of it. Meanwhile the till is locked: nothing else can
// begin, and the only way out cancels the sale by its order number, for good. A sale that got no proper
// answer is asked about again until there is one, or until the cashier leaves it to the leading page.
import { asProblem } from "./ask.js";
import { askedSale, desk } from "./desk.js";
import { byId } from "./elements.js";
import { money } from "./money.js";
import { outcomeOf, recordedSale } from "./outcome.js";
import { takeBack } from "./queue.js";
import { onReach } from "./reach.js";
import { isFresh, show } from "./screen.js";
import { sound } from "./sound.js";
import { thisTill } from "./this_till.js";
import {
  adoptOrphans,
  forgetAsked,
  isElsewhere,
  leaveAsked,
  noteCancelled,
} from "./unanswered.js";
import { words } from "./words.js";

/** @import { Problem } from "./ask.js" */
/** @import { Order, Receipt } from "./desk.js" */
/** @import { AskedSale, NotedSale, Outcome } from "./unanswered.js" */

/**
 * How a sale ended. recorded: `say` is what the cashier has to know besides the sum. closed: it was cancelled,
 * which the page shows. left: the leading page goes on asking. none: there was nothing.
 * @typedef {{kind: "recorded", receipt: Receipt, say?: string} | {kind: "refused", problem: Problem}
 *   | {kind: "closed" | "left" | "none"}} Ending
 */
/**
 * The sale under way. `cancelled`, `left`: the cashier pressed so.
 * @typedef {{sale: AskedSale, cancelled: AbortController, left: AbortController}} Underway
 */

const AGAIN_MS = 1_000;
const AGAIN_MAX_MS = 15_000;
const ADOPT_MS = 2_000; // a store that does not open by then must not keep the till closed

/** @type {Underway | null} */
let underway = null;
let isLooking = false; // for sales that a closed page left behind
let isReversing = false;
let wakeUp = () => {};

/** Whether the till is locked. */
export const isUnderway = () => underway !== null || isLooking || isReversing;

/**
 * Keep the till locked while a sale is taken back: what is paid back is seen before anything else.
 * @template T
 * @param {() => Promise<T>} reverse
 */
export async function lockedWhile(reverse) {
  isReversing = true;
  lock(true);
  try {
    return await reverse();
  } finally {
    isReversing = false;
    lock(false);
  }
}

export function listenToRecording() {
  byId("recording-cancel").addEventListener("click", () => {
    if (!underway || isFresh()) return; // the second click of a double click on "confirm"
    noteCancelled(underway.sale);
    underway.cancelled.abort();
    draw(words.cancelling, "", []);
  });
  byId("recording-leave").addEventListener("click", () => isFresh() || underway?.left.abort());
  onReach((yes) => yes && wakeUp());
  addEventListener(
    "beforeunload",
    (event) => (underway || isReversing) && event.preventDefault(),
  );
}

/**
 * Lock the till, and show which sale it is about.
 * @param {AskedSale} sale
 * @param {string} title
 * @param {("cancel" | "leave" | "next")[]} buttons
 */
function begin(sale, title, buttons) {
  underway = { sale, cancelled: new AbortController(), left: new AbortController() };
  const amount = sale.amount_fen ? `${words.list_price} ${money(sale.amount_fen)}` : "";
  byId("recording-amount").textContent = amount;
  lock(true);
  draw(title, "", buttons);
  show("recording", "catcher");
  return underway;
}

function end() {
  underway = null;
  lock(false);
}

/**
 * Links and buttons beside the sale can't be pressed while it is under way.
 * @param {boolean} isLocked
 */
function lock(isLocked) {
  for (const part of document.querySelectorAll(".site-header, .site-footer, .till .side, .banner, .owed")) {
    /** @type {HTMLElement} */ (part).inert = isLocked;
  }
}

/**
 * @param {string} title
 * @param {string} says
 * @param {("cancel" | "leave" | "next")[]} buttons
 */
function draw(title, says, buttons) {
  byId("recording-title").textContent = title;
  byId("recording-says").textContent = says;
  byId("recording-cancel").hidden = !buttons.includes("cancel");
  byId("recording-leave").hidden = !buttons.includes("leave");
  byId("recording-next").hidden = !buttons.includes("next");
}

/**
 * Record a confirmed sale. Returns when it is known what came of it, and the till is free again.
 * @param {Order} order
 * @param {string} key the idempotency key
 * @returns {Promise<Ending>}
 */
export async function record(order, key) {
  const now = begin({ ...order, till: null }, words.recording, ["cancel"]);
  try {
    now.sale = await askedSale(order);
    return await untilAnswered(now, order, key);
  } finally {
    end();
  }
}

/**
 * @param {Underway} now
 * @param {Order} order
 * @param {string} key
 * @returns {Promise<Ending>}
 */
async function untilAnswered(now, order, key) {
  const { signal } = now.cancelled;
  for (let tries = 1; ; tries += 1) {
    try {
      const send = tries === 1 ? desk.redeem : desk.redeemAgain;
      const receipt = await send(order, key, signal);
      return signal.aborted ? await undo(now, receipt) : { kind: "recorded", receipt };
    } catch (thrown) {
      const problem = asProblem(thrown);
      if (signal.aborted) return problem.undecided ? untilKnown(now, true) : closed({ kind: "cancelled" });
      if (!problem.undecided) {
        // An attempt before this one may still be on its way.
        if (tries > 1) leaveAsked(now.sale, { cancelled: true, quiet: true });
        return { kind: "refused", problem };
      }
      draw(words.recording_unknown, `${words.recording_asking} ${why(problem)}`, ["cancel"]);
      await pause(tries, problem.waitMs ?? 0, signal);
      if (signal.aborted) return untilKnown(now, true);
    }
  }
}

/**
 * It was cancelled in the moment in which it was recorded: take it back.
 * @param {Underway} now
 * @param {Receipt} receipt
 */
async function undo(now, receipt) {
  const how = receipt.client_id ? await takeBack(receipt.client_id) : null;
  if (how === "unsent") await forgetAsked(now.sale.order_no);
  if (how) return closed({ kind: "cancelled" });
  return untilKnown(now, true);
}

/**
 * Ask what became of the sale until it is known, or until the cashier goes on without an answer.
 * @param {Underway} now
 * @param {boolean} cancelled whether it is to be cancelled; else it is kept if it was recorded
 * @returns {Promise<Ending>}
 */
async function untilKnown({ sale, left }, cancelled) {
  const { order_no } = sale;
  for (let tries = 1; !left.signal.aborted; tries += 1) {
    try {
      const outcome = await outcomeOf({ order_no, cancelled });
      const recorded = !outcome || outcome.kind === "recorded" ? await recordedSale(order_no) : null;
      await forgetAsked(order_no);
      if (recorded) {
        return { kind: "recorded", receipt: recorded, say: outcome ? words.recovered : words.manager_cancels };
      }
      return closed(outcome ?? { kind: "cancelled" }, !cancelled);
    } catch (thrown) {
      const problem = asProblem(thrown);
      draw(words.recording_unknown, `${words.cancelling_asking} ${why(problem)}`, ["leave"]);
      await pause(tries, problem.waitMs ?? 0, left.signal);
    }
  }
  await leaveAsked(sale, { cancelled });
  return { kind: "left" };
}

/**
 * Why there is no answer, where that is more than the want of a network.
 * @param {Problem} problem
 */
const why = ({ code, detail }) => (code === "offline" ? "" : detail);

/**
 * Say that the sale is not recorded, and why.
 * @param {Outcome} outcome
 * @param {boolean} isLate whether it is about a sale of before the page was loaded
 * @returns {Ending}
 */
function closed({ kind, receipt_no = "" }, isLate = false) {
  const title = kind === "taken_back" ? words.taken_back : words.cancelled;
  const says = kind === "taken_back" ? words.taken_back_says : words.cancelled_says;
  draw(title, `${isLate ? words.before_reload : ""}${says.replace("RECEIPT", receipt_no)}`, ["next"]);
  show("recording", "catcher");
  sound.no();
  return { kind: "closed" };
}

/**
 * Wait for the next try: longer each time, and as long as the server asks for; shorter if the network comes
 * back or the cashier presses.
 * @param {number} tries
 * @param {number} waitMs
 * @param {AbortSignal} signal
 */
function pause(tries, waitMs, signal) {
  const ms = Math.max(Math.min(AGAIN_MS * 2 ** (tries - 1), AGAIN_MAX_MS), waitMs);
  return new Promise((resolve) => {
    const timer = setTimeout(wake, ms);
    function wake() {
      clearTimeout(timer);
      wakeUp = () => {};
      resolve(null);
    }
    if (!waitMs) wakeUp = wake;
    if (signal.aborted) wake();
    else signal.addEventListener("abort", wake, { once: true });
  });
}

/**
 * The sale that a page before this one was recording when it was closed or loaded again: find out what
 * became of it before anything else begins.
 * @returns {Promise<Ending>}
 */
export async function recover() {
  isLooking = true;
  try {
    const [newest, ...others] = await orphansOfThisTill();
    for (const sale of others) leaveAsked(sale, { cancelled: sale.cancelled });
    if (!newest) return { kind: "none" };
    return await untilKnown(begin(newest, words.recovering, []), Boolean(newest.cancelled));
  } finally {
    isLooking = false;
    end();
  }
}

/** @returns {Promise<NotedSale[]>} the newest first */
async function orphansOfThisTill() {
  /** @type {Promise<null>} */
  const tooLong = new Promise((resolve) => setTimeout(() => resolve(null), ADOPT_MS));
  const adopting = adoptOrphans(false).catch(() => []);
  const orphans = await Promise.race([adopting, tooLong]);
  if (!orphans) {
    adopting.then((late) => late.forEach((sale) => leaveAsked(sale, { cancelled: sale.cancelled })));
    return [];
  }
  const till = await thisTill();
  for (const sale of orphans) {
    if (isElsewhere(sale, till?.outlet)) leaveAsked(sale, { cancelled: sale.cancelled });
  }
  const own = orphans.filter((sale) => !isElsewhere(sale, till?.outlet));
  return own.sort((one, other) => other.asked_at - one.asked_at);
}
