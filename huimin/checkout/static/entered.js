// The sales that this till gave up without an answer and that were entered all the same, too large
// to be taken back without the manager: shown until they are taken back, or the cashier says that
// the customer did pay so. What was asked for at another outlet's till is shown and not touched.
import { enteredSales, isElsewhere, leftSales, settleEntered } from "./asked.js";
import { announce, onAnnounce } from "./leader.js";
import { money } from "./money.js";
import { place } from "./place.js";
import { byId, element } from "./screen.js";
import { openSales, whenOf } from "./today.js";
import { words } from "./words.js";

export function startEntered() {
  for (const told of ["entered", "lost", "pack"]) onAnnounce(told, draw);
  // Once taken back, the server says so when it is asked again, and the note goes by itself.
  document.addEventListener("till:recorded", async ({ detail }) => {
    if (detail.kind === "reversal" && (await enteredSales()).length) announce("undone");
  });
  return draw();
}

let drawn = ""; // what is shown: a button is not replaced under a finger for nothing

async function draw() {
  const [entered, left, here] = await Promise.all([enteredSales().catch(() => []), leftSales().catch(() => []), place()]);
  const elsewhere = left.filter((sale) => isElsewhere(sale, here?.outlet));
  const sales = entered.filter((sale) => !isElsewhere(sale, here?.outlet));
  const next = JSON.stringify([elsewhere, sales]);
  if (next === drawn) return;
  drawn = next;
  drawElsewhere(elsewhere);
  byId("entered").hidden = !sales.length;
  byId("entered-title").textContent = words.entered_title.replace("COUNT", sales.length);
  byId("entered-list").replaceChildren(...sales.map(item));
}

function drawElsewhere(sales) {
  byId("elsewhere").hidden = !sales.length;
  byId("elsewhere-title").textContent = words.elsewhere_title.replace("COUNT", sales.length);
  byId("elsewhere-list").replaceChildren(...sales.map((sale) => element("li", {}, told(sale), element("p", { textContent: words.elsewhere_where.replace("WHERE", sale.till.called) }))));
}

function told({ order_no, amount_fen, asked_at }) {
  const amount = amount_fen ? ` ${words.list_price} ${money(amount_fen)}` : "";
  return element("p", {}, element("strong", { textContent: whenOf(asked_at) }), `${amount} · ${words.order} ${order_no}`);
}

function item(sale) {
  const { order_no } = sale;
  const find = button("btn-outline-primary", words.entered_find, () => openSales(order_no));
  const keep = button("btn-outline-secondary", words.entered_keep, () => settleEntered(order_no));
  for (const one of [find, keep]) one.setAttribute("aria-label", `${one.textContent} ${order_no}`);
  return element("li", {}, told(sale), element("div", { className: "owed-actions" }, find, keep));
}

function button(look, textContent, act) {
  const made = element("button", { type: "button", className: `btn ${look} btn-sm`, textContent });
  made.addEventListener("click", act);
  return made;
}
