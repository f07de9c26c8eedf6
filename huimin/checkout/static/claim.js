// After a refusal of a real card: put the purchase down, so that an administrator can give the
// discount of today afterwards. The customer takes a slip with a number along.
import { ask, reason } from "./ask.js";
import { fenOf, yuan } from "./money.js";
import { layOut, printLaidOut } from "./receipt.js";
import { byId, element, show, tell } from "./screen.js";
import { addresses, words } from "./words.js";

let filing = null; // {card, refusal_code, key}

function start(problem, attempt) {
  filing = { card: attempt.card, refusal_code: problem.code, key: crypto.randomUUID() };
  byId("claim-form").reset();
  byId("claim-problem").textContent = "";
  if (attempt.amount_fen) byId("claim-amount").value = yuan(attempt.amount_fen);
  if (attempt.excluded_fen) byId("claim-excluded").value = yuan(attempt.excluded_fen);
  show("claim", attempt.amount_fen ? "claim-order" : "claim-amount");
}

// What the form says; null with the problem shown where it can't be read.
function body() {
  const amount = fenOf(byId("claim-amount").value);
  const excludedText = byId("claim-excluded").value.trim();
  const excluded = excludedText ? fenOf(excludedText) : 0;
  const order = byId("claim-order").value.trim();
  if (!amount || excluded === null || !order) {
    byId("claim-problem").textContent = order ? words.amount : words.claim_order;
    return null;
  }
  const presented = document.querySelector('input[name="claim-presented"]:checked').value;
  return { card: filing.card, refusal_code: filing.refusal_code, order_no: order, amount_fen: amount, excluded_fen: excluded, presented_by: presented, identity_checked: true };
}

async function file() {
  const asked = body();
  if (!asked) return;
  byId("claim-send").disabled = true;
  try {
    claimed(await ask(addresses.claims, asked, filing.key));
  } catch (problem) {
    byId("claim-problem").textContent = reason(problem);
  } finally {
    byId("claim-send").disabled = false;
  }
}

function claimed(told) {
  filing.settled?.();
  byId("claimed-number").textContent = told.claim_no;
  byId("print-claim").onclick = () => printSlip(told.id);
  show("claimed", "print-claim");
}

async function printSlip(id) {
  try {
    const told = await ask(addresses.slip.replace("CLAIM", id));
    layOut(byId("paper"), told.paper);
    await printLaidOut();
  } catch (problem) {
    tell(reason(problem));
  }
}

export function listenToClaims() {
  const claimable = addresses.claimable.split(" ");
  const offer = element("button", { type: "button", className: "btn btn-outline-primary btn-lg", id: "claim-offer", textContent: words.claim_offer });
  byId("refused-actions").append(offer);
  document.addEventListener("till:refused", ({ detail: { problem, attempt } }) => {
    offer.hidden = !attempt.card || !claimable.includes(problem.code);
    offer.onclick = () => start(problem, attempt);
  });
  // An offline sale that was not entered: its order and amounts are known, and a filed claim settles it.
  document.addEventListener("till:owed", ({ detail: { row, actions, settled } }) => {
    if (!row.item.card || !claimable.includes(row.answer.code)) return;
    const file = element("button", { type: "button", className: "btn btn-outline-primary btn-sm", textContent: words.claim_offer });
    file.addEventListener("click", () => {
      start({ code: row.answer.code }, row.item);
      byId("claim-order").value = row.item.order_no;
      filing.settled = settled;
    });
    actions.prepend(file);
  });
  // Another amount or order is another claim: a retry keeps its key only as long as its body stays.
  byId("claim-form").addEventListener("input", () => (filing.key = crypto.randomUUID()));
  byId("claim-form").addEventListener("submit", (event) => {
    event.preventDefault();
    file();
  });
}
