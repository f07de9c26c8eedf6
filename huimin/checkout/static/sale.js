// @ts-check
// A sale: verify the card, quote the amount as it is typed, confirm what is shown.
import { asProblem, reason } from "./ask.js";
import { desk } from "./desk.js";
import { byId, element } from "./elements.js";
import { addLine, hasLines, items, startLines } from "./lines.js";
import { amountText, fenOf, money, optionalFenOf, spoken } from "./money.js";
import { emit } from "./page_events.js";
import { randomId } from "./random_id.js";
import { refuse } from "./refused.js";
import { show, tell } from "./screen.js";
import { sound } from "./sound.js";
import { words } from "./words.js";

/** @import { QuoteAnswer, Receipt, SaleBody, Verified } from "./desk.js" */
/** @import { Facing } from "./facing.js" */

const QUOTE_AFTER_MS = 45; // longer than a scanner's pause, so that a scan into the field asks for no quote
/** The prefix of order numbers that this page makes itself. */
export const OWN_ORDER_PREFIX = "W-";

/** @type {{card: string, key: string, checked: boolean} | null} the card being sold to */
let sale = null;
let turn = 0; // counts the questions: the answer to any but the newest is dropped
let quoteTimer = 0;
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
    if (usesKeypad) field.inputMode = "none";
  }
  byId("presenters").addEventListener("change", () => {
    if (sale) sale.checked = true;
    byId("amount").focus();
  });
  byId("line-add").addEventListener("click", () => addLine(linesChanged));
  byId("sale-form").addEventListener("submit", (event) => {
    event.preventDefault();
    confirm();
  });
}

export function next() {
  sale = null;
  turn += 1;
  byId("card").value = "";
  facing.show({ kind: "ready" });
  show("ready", "card");
}

/** @param {string} card what was scanned or typed */
export async function verify(card) {
  const asked = ++turn;
  if (sale && sale.card === card) return tell(words.same_card);
  tell(words.checking);
  try {
    const verified = await desk.verify(card);
    if (asked !== turn) return;
    sound.yes();
    startSale(card, verified);
  } catch (thrown) {
    const problem = asProblem(thrown);
    if (asked !== turn) return;
    sale = null;
    facing.show({ kind: "ready" });
    refuse(problem, { card });
  }
}

/**
 * @param {string} card
 * @param {Verified} verified
 */
function startSale(card, { may_present, policy, identity_needed }) {
  // A changing code proves that the holder's phone is here: the presenter is chosen already.
  const isProven = identity_needed === false;
  sale = { card, key: randomId(), checked: !isProven };
  const box = byId("presenters");
  box.querySelectorAll("label").forEach((label) => label.remove());
  for (const person of may_present) {
    const input = element("input", { type: "radio", name: "presenter", value: person.id });
    input.checked = may_present.length === 1 || (isProven && person.kind === "holder");
    box.append(
      element(
        "label",
        {},
        input,
        person.name_masked,
        element("small", { textContent: person.relation }),
      ),
    );
  }
  byId("rate").textContent = policy ? policy.label : words.no_policy;
  byId("amount").value = byId("excluded").value = "";
  startLines(policy ? policy.excluded_categories : []);
  linesChanged();
  showQuote(null);
  facing.show({ kind: "ready" });
  show("sale", chosenPresenter() ? "amount" : firstPresenter());
  if (isProven) tell(words.proven);
}

/** @returns {HTMLInputElement | null} */
const chosenPresenter = () => byId("presenters").querySelector("input:checked");

/** @returns {HTMLInputElement | null} */
const firstPresenter = () => byId("presenters").querySelector("input");

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
 * What the page says now is sold; null while it has no valid amount.
 * @returns {SaleBody | null}
 */
function saleBody() {
  const amount_fen = fenOf(byId("amount").value);
  if (!sale || !amount_fen) return null;
  const body = { card: sale.card, amount_fen };
  if (hasLines()) {
    const lines = items();
    return lines && { ...body, items: lines };
  }
  const excluded_fen = optionalFenOf(byId("excluded").value);
  if (excluded_fen === null) return null;
  return excluded_fen ? { ...body, excluded_fen } : body;
}

/** @param {string} sentence */
function showProblem(sentence) {
  byId("quote-problem").textContent = sentence;
  byId("quote-problem").hidden = !sentence;
}

/**
 * @param {QuoteAnswer | null} quote
 * @param {string} problem why there is none
 */
function showQuote(quote, problem = "") {
  byId("quote").hidden = !quote;
  showProblem(problem);
  byId("confirm").disabled = !quote;
  byId("confirm").textContent = quote
    ? `${words.confirm} ${money(quote.payable_fen)}`
    : words.confirm.split(/[，,]/)[0];
  if (!quote) return;
  byId("quote-amount").textContent = money(quote.amount_fen);
  byId("quote-discount").textContent = money(-quote.discount_fen);
  byId("quote-payable").textContent = money(quote.payable_fen);
  // The first and last step (price, sum to pay) are shown above already.
  byId("why").textContent = quote.explanation.slice(1, -1).join(" ") || words.why;
  byId("explanation").replaceChildren(
    ...quote.explanation.map((text) => element("li", { textContent: text })),
  );
  facing.show({ ...quote, kind: "quote" });
}

export function requote() {
  if (!sale) return;
  const asked = ++turn;
  // Only a retry of the same body keeps its key: with another amount it is another sale.
  sale.key = randomId();
  // Only what is shown can be confirmed, so not the old amount while the new one is quoted.
  byId("confirm").disabled = true;
  const fen = fenOf(byId("amount").value);
  byId("amount-said").textContent = fen ? spoken(fen, words.units) : "";
  clearTimeout(quoteTimer);
  const body = saleBody();
  if (!body) return showQuote(null, byId("amount").value ? words.amount : "");
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

async function confirm() {
  const presenter = chosenPresenter();
  if (!presenter) {
    showProblem(words.choose);
    firstPresenter()?.focus();
    return;
  }
  const body = saleBody();
  if (!sale || !body || byId("confirm").disabled) return;
  byId("confirm").disabled = true;
  const asked = turn;
  const { key, checked: identity_checked } = sale;
  const order = {
    ...body,
    order_no: OWN_ORDER_PREFIX + key,
    presented_by: presenter.value,
    identity_checked,
  };
  try {
    finish(await desk.redeem(order, key), asked);
  } catch (thrown) {
    const problem = asProblem(thrown);
    if (problem.code !== "offline") return refuse(problem, order);
    showProblem(words.offline);
    byId("confirm").disabled = false; // with the same key a second try can't sell twice
    sound.no();
  }
}

/**
 * @param {Receipt} receipt
 * @param {number} asked the turn
 */
function finish(receipt, asked) {
  emit("recorded", { kind: "redemption", receipt });
  if (asked !== turn) return; // another card was scanned meanwhile; today's list has the sale
  sale = null;
  byId("done-payable").textContent = money(receipt.payable_fen);
  const saved = `${words.saved} ${money(-receipt.discount_fen)}`;
  byId("done-discount").textContent = `${words.list_price} ${money(receipt.amount_fen)} · ${saved}`;
  byId("done-receipt").textContent = receipt.receipt_no;
  facing.show({ ...receipt, kind: "paid" });
  show("done", "next");
  sound.yes();
}
