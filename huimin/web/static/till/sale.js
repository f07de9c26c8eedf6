// A sale: the card is verified, an amount is quoted as it is typed, and what is shown is confirmed.
import { reason } from "./ask.js";
import { desk } from "./desk.js";
import { fenOf, money } from "./money.js";
import { refuse } from "./refused.js";
import { startReverse } from "./undo.js";
import { byId, show } from "./screen.js";
import { tellToday } from "./today.js";
import { words } from "./words.js";

let sale = null; // the card being sold to: {card, key}
let quoteNumber = 0; // the newest quote asked for; older answers are dropped

export function next() {
  sale = null;
  quoteNumber += 1;
  byId("card").value = "";
  show("ready", "card");
  tellToday();
}

export async function verify(card) {
  try {
    startSale(card, await desk.verify(card));
  } catch (problem) {
    refuse(problem);
  }
}

function startSale(card, told) {
  sale = { card, key: crypto.randomUUID() };
  const box = byId("presenters");
  box.querySelectorAll("label").forEach((label) => label.remove());
  for (const person of told.may_present) {
    const label = document.createElement("label");
    const input = Object.assign(document.createElement("input"), { type: "radio", name: "presenter", value: person.id });
    input.checked = told.may_present.length === 1;
    const relation = document.createElement("small");
    relation.textContent = person.relation;
    label.append(input, person.name_masked, relation);
    box.append(label);
  }
  byId("rate").textContent = told.policy ? told.policy.label : "";
  byId("amount").value = byId("excluded").value = "";
  showQuote(null, "");
  show("sale", box.querySelector("input:checked") ? "amount" : box.querySelector("input"));
}

function saleBody() {
  const amount = fenOf(byId("amount").value);
  const excludedText = byId("excluded").value.trim();
  const excluded = excludedText ? fenOf(excludedText) : 0;
  if (!amount || excluded === null) return null;
  const body = { card: sale.card, amount_fen: amount };
  if (excluded) body.excluded_fen = excluded;
  return body;
}

function showQuote(quote, problem) {
  byId("quote").hidden = !quote;
  byId("quote-problem").textContent = problem;
  byId("confirm").disabled = !quote;
  byId("confirm").textContent = quote ? `${words.confirm} ${money(quote.payable_fen)}` : words.confirm.split(/[，,]/)[0];
  if (!quote) return;
  byId("quote-amount").textContent = money(quote.amount_fen);
  byId("quote-discount").textContent = money(-quote.discount_fen);
  byId("quote-payable").textContent = money(quote.payable_fen);
  const items = quote.explanation.map((text) => Object.assign(document.createElement("li"), { textContent: text }));
  byId("explanation").replaceChildren(...items);
}

export async function requote() {
  if (!sale) return;
  const number = ++quoteNumber;
  const body = saleBody();
  // Another amount is another sale: a retry keeps its key only as long as its body stays.
  sale.key = crypto.randomUUID();
  // What can be confirmed is always what is shown: not the old amount while the new one is asked.
  byId("confirm").disabled = true;
  if (!body) return showQuote(null, byId("amount").value ? words.amount : "");
  try {
    const quote = await desk.quote(body);
    if (number === quoteNumber) showQuote(quote, "");
  } catch (problem) {
    if (number === quoteNumber) showQuote(null, reason(problem));
  }
}

export async function confirm() {
  const chosen = document.querySelector('input[name="presenter"]:checked');
  if (!chosen) {
    byId("quote-problem").textContent = words.choose;
    return document.querySelector('input[name="presenter"]').focus();
  }
  const body = saleBody();
  if (!body || byId("confirm").disabled) return;
  byId("confirm").disabled = true;
  const order = { ...body, order_no: `W-${sale.key}`, presented_by: chosen.value, identity_checked: true };
  try {
    finish(await desk.redeem(order, sale.key));
  } catch (problem) {
    if (problem.code !== "offline") return refuse(problem);
    byId("quote-problem").textContent = words.offline;
    byId("confirm").disabled = false; // the same key: asking again can't sell twice
  }
}

function finish(done) {
  byId("done-payable").textContent = money(done.payable_fen);
  byId("done-discount").textContent = `${words.saved} ${money(-done.discount_fen)}`;
  byId("done-receipt").textContent = done.receipt_no;
  byId("undo").onclick = () => startReverse({ ...done, left_fen: done.amount_fen });
  show("done", "next");
  tellToday();
}
