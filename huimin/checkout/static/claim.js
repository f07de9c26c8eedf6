// @ts-check
// After a refusal of a genuine card: file a claim, so that an administrator can grant today's discount
// later. The customer gets a slip with the claim's number.
import { ask, asProblem, reason } from "./ask.js";
import { keepClaim } from "./claim_queue.js";
import { serverTime } from "./clock.js";
import { minuteOf } from "./county_time.js";
import { button, byId } from "./elements.js";
import { printSlip as printLocalSlip } from "./local_slip.js";
import { amountText, fenOf, optionalFenOf } from "./money.js";
import { offlineProblem } from "./offline_words.js";
import { on } from "./page_events.js";
import { layOut, printLaidOut } from "./paper.js";
import { randomId } from "./random_id.js";
import { show, tell } from "./screen.js";
import { addresses, words } from "./words.js";

/** @import { ClaimBody } from "./claim_queue.js" */
/** @import { Attempt } from "./refused.js" */

// Only a retry of the same body keeps its key: with another amount or order it is another claim.
/** @type {{card: string, refusal_code: string, key: string, settled: () => unknown}} */
let filing = { card: "", refusal_code: "", key: "", settled: () => {} };

/**
 * @param {string} refusalCode
 * @param {Attempt} attempt
 * @param {() => unknown} settled called once the claim is filed
 */
function start(refusalCode, attempt, settled = () => {}) {
  filing = {
    card: attempt.card ?? "",
    refusal_code: refusalCode,
    key: randomId(),
    settled,
  };
  byId("claim-form").reset();
  byId("claim-problem").textContent = "";
  if (attempt.amount_fen) byId("claim-amount").value = amountText(attempt.amount_fen);
  if (attempt.excluded_fen) byId("claim-excluded").value = amountText(attempt.excluded_fen);
  show("claim", attempt.amount_fen ? "claim-order" : "claim-amount");
}

/** What the form says; null if it is not complete, with the problem shown. */
function claimBody() {
  const amount_fen = fenOf(byId("claim-amount").value);
  const excluded_fen = optionalFenOf(byId("claim-excluded").value);
  const order_no = byId("claim-order").value.trim();
  if (!amount_fen || excluded_fen === null || !order_no) {
    byId("claim-problem").textContent = order_no ? words.amount : words.claim_order;
    return null;
  }
  const { card, refusal_code } = filing;
  const presented_by = new FormData(byId("claim-form")).get("claim-presented");
  return {
    card,
    refusal_code,
    order_no,
    amount_fen,
    excluded_fen,
    presented_by,
    identity_checked: true,
  };
}

async function file() {
  const body = claimBody();
  if (!body) return;
  byId("claim-send").disabled = true;
  try {
    showFiled(await ask(addresses.claims, body, filing.key));
  } catch (thrown) {
    const problem = asProblem(thrown);
    if (problem.code === "offline") return await keep(body);
    byId("claim-problem").textContent = reason(problem);
  } finally {
    byId("claim-send").disabled = false;
  }
}

/** @param {{id: string, claim_no: string}} claim */
function showFiled({ id, claim_no }) {
  filing.settled();
  byId("claimed-number").textContent = claim_no;
  byId("print-claim").onclick = () => printSlip(id);
  show("claimed", "catcher");
}

/**
 * Nobody can be asked: the claim is kept and filed later, and the customer gets a slip all the same.
 * @param {ClaimBody} body
 */
async function keep(body) {
  try {
    await keepClaim(filing.key, body);
  } catch (thrown) {
    byId("claim-problem").textContent = offlineProblem(asProblem(thrown), null).detail ?? "";
    return;
  }
  filing.settled();
  byId("claimed-number").textContent = words.kept_claim_number;
  byId("print-claim").onclick = () => printKeptSlip(body);
  show("claimed", "catcher");
}

/** @param {ClaimBody} body */
const printKeptSlip = ({ order_no, amount_fen }) =>
  printLocalSlip({
    title: words.kept_claim_title,
    note: words.kept_claim_note,
    at: minuteOf(new Date(serverTime()).toISOString()),
    order_no,
    amounts: [[words.list_price, amount_fen]],
  });

/** @param {string} id */
async function printSlip(id) {
  try {
    const slip = await ask(addresses.slip.replace("CLAIM", id));
    layOut(byId("paper"), slip.paper);
    await printLaidOut();
  } catch (thrown) {
    tell(reason(asProblem(thrown)));
  }
}

export function listenToClaims() {
  const claimable = addresses.claimable.split(" ");
  on("refused", ({ problem, attempt }) => {
    byId("claim-offer").hidden = !attempt.card || !claimable.includes(problem.code);
    byId("claim-offer").onclick = () => start(problem.code, attempt);
  });
  // An offline sale that was not entered: fill in its order and amounts; filing the claim settles it.
  on("owed", ({ row, actions, settled }) => {
    const code = row.answer?.code ?? "";
    if (!row.item.card || !claimable.includes(code)) return;
    const claimIt = () => {
      start(code, row.item, settled);
      byId("claim-order").value = row.item.order_no;
    };
    actions.prepend(button("outline-primary sm", words.claim_offer, claimIt));
  });
  byId("claim-form").addEventListener("input", () => (filing.key = randomId()));
  byId("claim-form").addEventListener("submit", (event) => {
    event.preventDefault();
    file();
  });
}
