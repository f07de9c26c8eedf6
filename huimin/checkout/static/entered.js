// @ts-check
// Sales that the cashier left for want of an answer: those that still have none, and what came of the others,
// until somebody has read it. Those that the server had entered, and that are too large to cancel without
// the manager, are shown until they are reversed, or the cashier says that the customer did pay. Those of
// another outlet's till are shown too, but can't be dealt with here.
import { whenOf } from "./clock.js";
import { button, byId, element } from "./elements.js";
import { announce, onAnnounce } from "./leader.js";
import { money } from "./money.js";
import { on } from "./page_events.js";
import { thisTill } from "./this_till.js";
import { openSales } from "./today.js";
import {
  enteredSales,
  isElsewhere,
  leftSales,
  openSalesLeft,
  settleEntered,
} from "./unanswered.js";
import { words } from "./words.js";

/** @import { NotedSale } from "./unanswered.js" */

export function startEntered() {
  onAnnounce("entered", draw);
  onAnnounce("lost", draw);
  onAnnounce("pack", draw);
  // After a reversal the leading page asks the server again, and settles the note.
  on("recorded", async ({ kind }) => {
    if (kind === "reversal" && (await enteredSales()).length) announce("undone");
  });
  return draw();
}

let drawn = ""; // what is shown now, so that a button is not replaced under a finger without need
let draws = 0;

async function draw() {
  const turn = ++draws;
  const [entered, left, open, till] = await Promise.all([
    enteredSales().catch(() => []),
    leftSales().catch(() => []),
    openSalesLeft().catch(() => []),
    thisTill(),
  ]);
  if (turn !== draws) return; // a later drawing knows more
  const elsewhere = left.filter((sale) => isElsewhere(sale, till?.outlet));
  const own = entered.filter((sale) => !isElsewhere(sale, till?.outlet));
  const unanswered = open.filter((sale) => !isElsewhere(sale, till?.outlet));
  const next = JSON.stringify([elsewhere, own, unanswered]);
  if (next === drawn) return;
  drawn = next;
  byId("elsewhere").hidden = !elsewhere.length;
  byId("elsewhere-title").textContent = words.elsewhere_title.replace("COUNT", elsewhere.length);
  byId("elsewhere-list").replaceChildren(...elsewhere.map(elsewhereItem));
  byId("entered").hidden = !own.length;
  byId("entered-title").textContent = words.entered_title.replace("COUNT", own.length);
  byId("entered-list").replaceChildren(...own.map(enteredItem));
  byId("unanswered").hidden = !unanswered.length;
  byId("unanswered-title").textContent = words.unanswered_title.replace("COUNT", unanswered.length);
  byId("unanswered-list").replaceChildren(...unanswered.map(unansweredItem));
}

/** @param {NotedSale} sale */
function unansweredItem(sale) {
  const { order_no, outcome } = sale;
  const says = element("p", { textContent: saysOf(sale) });
  if (!outcome) return element("li", {}, inShort(sale), says);
  const read = button("outline-primary sm", words.unanswered_read, () => settleEntered(order_no), order_no);
  const find = button("outline-secondary sm", words.entered_find, () => openSales(order_no), order_no);
  const buttons = outcome.kind === "cancelled" ? [read] : [read, find];
  return element("li", {}, inShort(sale), says, element("div", { className: "owed-actions" }, ...buttons));
}

/** @param {NotedSale} sale */
function saysOf({ outcome, cancelled }) {
  if (!outcome) return cancelled ? words.unanswered_cancelling : words.unanswered_asking;
  const { kind, receipt_no = "", payable_fen = 0 } = outcome;
  if (kind === "cancelled") return words.cancelled_says;
  const text = kind === "taken_back" ? words.taken_back_says : words.unanswered_recorded;
  return text.replace("RECEIPT", receipt_no).replace("PAYABLE", money(payable_fen));
}

/** @param {NotedSale} sale */
function inShort({ order_no, amount_fen, asked_at }) {
  const amount = amount_fen ? ` ${words.list_price} ${money(amount_fen)}` : "";
  return element(
    "p",
    {},
    element("strong", { textContent: whenOf(asked_at) }),
    `${amount} · ${words.order} ${order_no}`,
  );
}

/** @param {NotedSale} sale */
function elsewhereItem(sale) {
  const where = words.elsewhere_where.replace("WHERE", sale.till?.called);
  return element("li", {}, inShort(sale), element("p", { textContent: where }));
}

/** @param {NotedSale} sale */
function enteredItem(sale) {
  const { order_no } = sale;
  const find = button(
    "outline-primary sm",
    words.entered_find,
    () => openSales(order_no),
    order_no,
  );
  const keep = button(
    "outline-secondary sm",
    words.entered_keep,
    () => settleEntered(order_no),
    order_no,
  );
  return element(
    "li",
    {},
    inShort(sale),
    element("div", { className: "owed-actions" }, find, keep),
  );
}
