// @ts-check
// A sale at the till, in four steps: none → checking the card → open (who and how much) → recording
// (recording.js). Only a quote that is shown can be confirmed, and a card that is scanned while a sale is
// recorded waits until its sum was shown.
import { asProblem, isSignedOut, reason } from "./ask.js";
import { desk } from "./desk.js";
import { byId } from "./elements.js";
import { addLine, hasLines, items, startLines } from "./lines.js";
import { amountText, fenOf, money, optionalFenOf, spoken } from "./money.js";
import { emit } from "./page_events.js";
import {
  chosenPresenter,
  focusPresenters,
  listenToPresenters,
  showPresenters,
} from "./presenters.js";
import { drawQuote, showProblem } from "./quote_view.js";
import { randomId } from "./random_id.js";
import { isUnderway, listenToRecording, record, recover } from "./recording.js";
import { refuse } from "./refused.js";
import { isShown, isSumNewer, show, tell } from "./screen.js";
import { sound } from "./sound.js";
import { endTypingAhead, listenToTypingAhead, startTypingAhead } from "./typing_ahead.js";
import { words } from "./words.js";

/** @import { QuoteAnswer, Receipt, SaleBody, Verified } from "./desk.js" */
/** @import { Facing } from "./facing.js" */
/** @import { Ending } from "./recording.js" */
/** @import { Attempt } from "./refused.js" */

const QUOTE_AFTER_MS = 45; // longer than a scanner's pause, so that a scan into the field asks for no quote
/** The prefix of order numbers that this page makes itself. */
export const OWN_ORDER_PREFIX = "W-";

/** @type {{card: string, key: string, checked: boolean} | null} the card being sold to */
let sale = null;
let turn = 0; // counts the questions: the answer to any but the newest is dropped
let quoteTimer = 0;
/** @type {number | null} */
let shownFen = null; // what is to be paid by the quote on the screen
let wantsConfirm = false; // Enter came before the quote
let waitingCard = ""; // scanned while a sale was recorded
let misreads = 0; // damaged codes, one after the other
/** @type {Facing} */
let facing;

/**
 * @param {Facing} customersView
 * @param {boolean} usesKeypad whether the page's own keypad is shown
 */
export function listenToSale(customersView, usesKeypad) {
  facing = customersView;
  for (const field of [byId("amount"), byId("excluded")]) {
    field.addEventListener("input", requote);
    field.addEventListener("keydown", confirmWhenQuoted);
    if (usesKeypad) field.inputMode = "none";
  }
  listenToPresenters(() => {
    if (sale) sale.checked = true;
    byId("amount").focus({ preventScroll: true });
  });
  byId("line-add").addEventListener("click", () => addLine(linesChanged));
  byId("sale-form").addEventListener("submit", (event) => {
    event.preventDefault();
    confirm();
  });
  byId("shop-order-box").addEventListener("toggle", () => {
    if (byId("shop-order-box").open) byId("shop-order").focus();
  });
  // A short number ends with the scanner's Enter: that confirms nothing.
  byId("shop-order").addEventListener("keydown", (event) => {
    if (event.key !== "Enter") return;
    event.preventDefault();
    byId("confirm").focus();
  });
  listenToTypingAhead();
  listenToRecording();
}

/** A sale that a page before this one left behind comes first. */
export async function startSales() {
  const ending = await recover();
  if (ending.kind !== "none") return end(ending, {});
  if (waitingCard) next();
}

export function next() {
  const card = waitingCard;
  forgetSale();
  facing.show({ kind: "ready" });
  show("ready", "card");
  if (card) verify(card);
}

function forgetSale() {
  endTypingAhead();
  sale = null;
  turn += 1;
  waitingCard = byId("card").value = "";
  wantsConfirm = false;
}

/**
 * @param {string} card what was scanned or typed
 * @param {number} [began] when its scan did: if that was before the sum appeared, the sum stays
 */
export async function verify(card, began = performance.now()) {
  if (isUnderway() || isSumNewer(began)) {
    waitingCard = card;
    if (!isUnderway()) tell(words.next_read);
    return;
  }
  if (sale && sale.card === card) return tell(words.same_card);
  const asked = ++turn;
  waitingCard = "";
  wantsConfirm = false;
  tell(words.checking);
  startTypingAhead();
  try {
    const verified = await desk.verify(card);
    if (asked !== turn) return;
    misreads = 0;
    sound.yes();
    startSale(card, verified);
  } catch (thrown) {
    const problem = asProblem(thrown);
    if (asked !== turn) return;
    endTypingAhead();
    if (isSignedOut(problem)) return sayAgain(reason(problem));
    if (isMisread(problem.code)) return sayAgain(words.damaged);
    misreads = 0;
    sale = null;
    facing.show({ kind: "ready" });
    refuse(problem, { card });
  }
}

// A damaged code looks like one that somebody made up.
const DAMAGED = ["card_signature_invalid", "card_unreadable", "card_number_wrong"];

/**
 * Whether another scan may mend it: the first time. After the second, the page says what can be done else.
 * @param {string} code
 */
function isMisread(code) {
  if (!DAMAGED.includes(code)) return false;
  misreads = (misreads + 1) % 2;
  return misreads === 1;
}

/**
 * Part of a code was read: nothing has to be asked about it the first time.
 * @param {string} card
 * @param {number} [began]
 */
export function misread(card, began) {
  if (isUnderway() || misreads) return verify(card, began);
  misreads = 1;
  sayAgain(words.damaged);
}

/** @param {string} sentence */
function sayAgain(sentence) {
  sound.no();
  tell(sentence);
  if (isShown("ready")) byId("card").focus();
}

/**
 * @param {string} card
 * @param {Verified} verified
 */
function startSale(card, { may_present, policy, remaining, identity_needed }) {
  // A changing code proves that the holder's phone is here: the presenter is chosen already.
  const isProven = identity_needed === false;
  const ahead = endTypingAhead();
  sale = { card, key: randomId(), checked: !isProven };
  showPresenters(may_present, isProven);
  const isUsedUp = remaining?.budget_fen === 0;
  byId("rate").textContent = isUsedUp
    ? words.budget_used_up
    : (policy?.label ?? words.no_policy);
  byId("amount").value = ahead.amount;
  byId("excluded").value = byId("shop-order").value = "";
  byId("shop-order-box").open = false;
  startLines(policy ? policy.excluded_categories : []);
  linesChanged();
  drawQuote(null);
  facing.show({ kind: "ready" });
  show("sale", "amount");
  wantsConfirm = ahead.isConfirmed;
  if (isProven) tell(words.proven);
}

/** If there are lines, the amount is their sum, and they say what is excluded. */
function linesChanged() {
  byId("amount").readOnly = hasLines();
  byId("excluded-box").hidden = hasLines();
  const lines = items();
  if (hasLines() && lines) {
    byId("amount").value = amountText(lines.reduce((sum, item) => sum + item.amount_fen, 0));
  }
  requote();
}

/**
 * What the page says now is sold; a sentence while that is not possible, empty as long as nothing is typed.
 * @returns {SaleBody | string}
 */
function saleBody() {
  const amount_fen = fenOf(byId("amount").value);
  if (!sale || !amount_fen) return byId("amount").value ? words.amount : "";
  const most = Number(byId("till").dataset.amountMax);
  if (amount_fen > most) return words.amount_above.replace("AMOUNT", money(most));
  const body = { card: sale.card, amount_fen };
  if (hasLines()) {
    const lines = items();
    return lines ? { ...body, items: lines } : words.amount;
  }
  const excluded_fen = optionalFenOf(byId("excluded").value);
  if (excluded_fen === null) return words.amount;
  if (excluded_fen > amount_fen) return words.excluded_above;
  return excluded_fen ? { ...body, excluded_fen } : body;
}

/**
 * @param {QuoteAnswer | null} quote
 * @param {string} problem why there is none
 */
function showQuote(quote, problem = "") {
  drawQuote(quote, problem);
  shownFen = quote?.payable_fen ?? null;
  if (quote) facing.show({ ...quote, kind: "quote" });
  if (quote && wantsConfirm) confirm();
  wantsConfirm = false;
}

export function requote() {
  if (!sale || isUnderway()) return;
  const asked = ++turn;
  wantsConfirm = false;
  // Only a retry of the same body keeps its key: with another amount it is another sale.
  sale.key = randomId();
  // Only what is shown can be confirmed, so not the old amount while the new one is quoted.
  byId("confirm").disabled = true;
  const fen = fenOf(byId("amount").value);
  byId("amount-said").textContent = fen ? spoken(fen, words.units) : "";
  clearTimeout(quoteTimer);
  const body = saleBody();
  if (typeof body === "string") return showQuote(null, body);
  quoteTimer = setTimeout(() => askQuote(asked, body), QUOTE_AFTER_MS);
}

/**
 * @param {number} asked the turn
 * @param {SaleBody} body
 */
async function askQuote(asked, body) {
  try {
    const quote = await desk.quote(body);
    if (asked === turn) showQuote(quote);
  } catch (thrown) {
    const problem = asProblem(thrown);
    if (asked !== turn) return;
    showQuote(null, reason(problem));
    facing.show({ kind: "ready" });
  }
}

/** @param {KeyboardEvent} event */
function confirmWhenQuoted(event) {
  if (event.key !== "Enter" || event.repeat || !byId("confirm").disabled) return;
  event.preventDefault(); // the button can't be pressed yet, so the form would not be sent
  const body = saleBody();
  wantsConfirm = typeof body !== "string";
  if (typeof body === "string") showProblem(body || words.amount);
}

async function confirm() {
  if (!sale || isUnderway() || byId("confirm").disabled) return;
  const presented_by = chosenPresenter();
  if (!presented_by) {
    showProblem(words.choose);
    focusPresenters();
    return;
  }
  const body = saleBody();
  if (typeof body === "string") return showProblem(body);
  turn += 1; // no answer to an earlier question may change what is recorded now
  const { key, checked: identity_checked } = sale;
  const shop_order_no = byId("shop-order").value.trim();
  const order = {
    ...body,
    ...{ order_no: OWN_ORDER_PREFIX + key, presented_by, identity_checked },
    ...(shop_order_no ? { shop_order_no } : {}),
  };
  const confirmedFen = shownFen;
  end(await record(order, key), order, confirmedFen);
}

/**
 * Show how a sale ended.
 * @param {Ending} ending
 * @param {Attempt} attempt
 * @param {number | null} [confirmedFen] what was to be paid when the cashier confirmed
 */
function end(ending, attempt, confirmedFen = null) {
  if (ending.kind === "refused" && isSignedOut(ending.problem)) {
    show("sale", "amount"); // as it was; it can be confirmed after the sign-in
    return showProblem(reason(ending.problem));
  }
  sale = null;
  wantsConfirm = false;
  if (ending.kind === "recorded") return finish(ending.receipt, ending.say, confirmedFen);
  if (ending.kind === "left") return next();
  facing.show({ kind: "ready" });
  if (ending.kind === "refused") refuse(ending.problem, attempt);
  if (waitingCard) tell(words.next_read);
}

/**
 * @param {Receipt} receipt
 * @param {string} [say] what the cashier has to know besides
 * @param {number | null} [confirmedFen] what the customer was told, if a quote was shown
 */
function finish(receipt, say, confirmedFen = null) {
  emit("recorded", { kind: "redemption", receipt });
  byId("done-payable").textContent = money(receipt.payable_fen);
  const saved = `${words.saved} ${money(-receipt.discount_fen)}`;
  byId("done-discount").textContent = `${words.list_price} ${money(receipt.amount_fen)} · ${saved}`;
  byId("done-receipt").textContent = receipt.receipt_no;
  facing.show({ ...receipt, kind: "paid" });
  show("done", "catcher");
  // A policy, a cap or a budget may have changed between the quote and the sale.
  const isOther = confirmedFen !== null && confirmedFen !== receipt.payable_fen;
  const changed = isOther ? words.sum_changed.replace("BEFORE", money(confirmedFen)) : "";
  tell([changed, say, waitingCard && words.next_read].filter(Boolean).join(" "));
  sound.yes();
}
