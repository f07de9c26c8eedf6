// A sale: the card is verified, an amount is quoted as it is typed, and what is shown is confirmed.
// `till:recorded` tells who listens (today's list, receipts) what was written, as `detail`.
import { reason } from "./ask.js";
import { desk } from "./desk.js";
import { addLine, items, startLines } from "./lines.js";
import { fenOf, money, spoken } from "./money.js";
import { refuse } from "./refused.js";
import { byId, element, show, tell } from "./screen.js";
import { sound } from "./sound.js";
import { words } from "./words.js";

const QUOTE_AFTER_MS = 45; // longer than a scanner's pause: a scan in the field asks for nothing

let sale = null; // the card being sold to: {card, key, checked}
let turn = 0; // what was asked last; the answer to anything older is dropped
let waiting = 0; // the timer before a quote
let facing = null;

// `face` shows amounts to the customer (facing.js).
export function listenToSale(face, usesKeypad) {
  facing = face;
  for (const id of ["amount", "excluded"]) {
    byId(id).addEventListener("input", requote);
    if (usesKeypad) byId(id).inputMode = "none"; // the page has a keypad of its own
  }
  byId("presenters").addEventListener("change", () => {
    sale.checked = true;
    byId("amount").focus();
  });
  byId("line-add").addEventListener("click", () => addLine(relined));
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

export async function verify(card) {
  const now = ++turn;
  if (sale && sale.card === card) return tell(words.same_card);
  tell(words.checking);
  try {
    const told = await desk.verify(card);
    if (now !== turn) return;
    sound.yes();
    startSale(card, told);
  } catch (problem) {
    if (problem instanceof Error) throw problem;
    if (now !== turn) return;
    sale = null;
    facing.show({ kind: "ready" });
    refuse(problem, { card });
  }
}

function startSale(card, told) {
  // A changing code proves that the holder's phone is here: nobody need be asked, but may be chosen.
  const proven = told.identity_needed === false;
  sale = { card, key: crypto.randomUUID(), checked: !proven };
  const box = byId("presenters");
  box.querySelectorAll("label").forEach((label) => label.remove());
  for (const person of told.may_present) {
    const input = element("input", { type: "radio", name: "presenter", value: person.id });
    input.checked = told.may_present.length === 1 || (proven && person.kind === "holder");
    box.append(element("label", {}, input, person.name_masked, element("small", { textContent: person.relation })));
  }
  byId("rate").textContent = told.policy ? told.policy.label : words.no_policy;
  byId("amount").value = byId("excluded").value = "";
  startLines(told.policy ? told.policy.excluded_categories : []);
  relined();
  showQuote(null, "");
  facing.show({ kind: "ready" });
  show("sale", box.querySelector("input:checked") ? "amount" : box.querySelector("input"));
  if (proven) tell(words.proven);
}

// With lines the amount is their sum, and what is left out stands in them.
function relined() {
  const found = items();
  const some = Boolean(byId("line-list").children.length);
  byId("amount").readOnly = some;
  byId("excluded-box").hidden = some;
  if (some && found) byId("amount").value = money(found.reduce((sum, item) => sum + item.amount_fen, 0)).slice(1);
  requote();
}

function saleBody() {
  const amount = fenOf(byId("amount").value);
  if (!amount) return null;
  const body = { card: sale.card, amount_fen: amount };
  if (byId("line-list").children.length) {
    const found = items();
    return found && { ...body, items: found };
  }
  const excludedText = byId("excluded").value.trim();
  const excluded = excludedText ? fenOf(excludedText) : 0;
  if (excluded === null) return null;
  return excluded ? { ...body, excluded_fen: excluded } : body;
}

function showQuote(quote, problem) {
  byId("quote").hidden = !quote;
  byId("quote-problem").textContent = problem;
  byId("quote-problem").hidden = !problem;
  byId("confirm").disabled = !quote;
  byId("confirm").textContent = quote ? `${words.confirm} ${money(quote.payable_fen)}` : words.confirm.split(/[，,]/)[0];
  if (!quote) return;
  byId("quote-amount").textContent = money(quote.amount_fen);
  byId("quote-discount").textContent = money(-quote.discount_fen);
  byId("quote-payable").textContent = money(quote.payable_fen);
  // Price and sum to pay stand above already; between them is why.
  byId("why").textContent = quote.explanation.slice(1, -1).join(" ") || words.why;
  byId("explanation").replaceChildren(...quote.explanation.map((text) => element("li", { textContent: text })));
  facing.show({ kind: "quote", ...quote });
}

export function requote() {
  if (!sale) return;
  const number = ++turn;
  // Another amount is another sale: a retry keeps its key only as long as its body stays.
  sale.key = crypto.randomUUID();
  // What can be confirmed is always what is shown: not the old amount while the new one is asked.
  byId("confirm").disabled = true;
  const fen = fenOf(byId("amount").value);
  byId("amount-said").textContent = fen ? spoken(fen, words.units) : "";
  clearTimeout(waiting);
  const body = saleBody();
  if (!body) return showQuote(null, byId("amount").value ? words.amount : "");
  waiting = setTimeout(() => askQuote(number, body), QUOTE_AFTER_MS);
}

async function askQuote(number, body) {
  try {
    const quote = await desk.quote(body);
    if (number === turn) showQuote(quote, "");
  } catch (problem) {
    if (problem instanceof Error) throw problem;
    if (number !== turn) return;
    showQuote(null, reason(problem));
    facing.show({ kind: "ready" });
  }
}

export async function confirm() {
  const chosen = document.querySelector('input[name="presenter"]:checked');
  if (!chosen) {
    showProblem(words.choose);
    return document.querySelector('input[name="presenter"]').focus();
  }
  const body = saleBody();
  if (!body || byId("confirm").disabled) return;
  byId("confirm").disabled = true;
  const order = { ...body, order_no: `W-${sale.key}`, presented_by: chosen.value, identity_checked: sale.checked };
  const now = turn;
  try {
    finish(await desk.redeem(order, sale.key), now);
  } catch (problem) {
    if (problem instanceof Error) throw problem;
    if (problem.code !== "offline") return refuse(problem, order);
    showProblem(words.offline);
    byId("confirm").disabled = false; // the same key: asking again can't sell twice
    sound.no();
  }
}

function showProblem(sentence) {
  byId("quote-problem").textContent = sentence;
  byId("quote-problem").hidden = false;
}

function finish(done, now) {
  document.dispatchEvent(new CustomEvent("till:recorded", { detail: { kind: "redemption", done } }));
  if (now !== turn) return; // the next card was scanned meanwhile; the sale is in today's list
  sale = null;
  byId("done-payable").textContent = money(done.payable_fen);
  byId("done-discount").textContent = `${words.list_price} ${money(done.amount_fen)} · ${words.saved} ${money(-done.discount_fen)}`;
  byId("done-receipt").textContent = done.receipt_no;
  facing.show({ kind: "paid", ...done });
  show("done", "next");
  sound.yes();
}
