// The sales that this till gave up without an answer and that were entered all the same, too large
// to be taken back without the manager: shown until they are taken back, or the cashier says that
// the customer did pay so.
import { enteredSales, settleEntered } from "./asked.js";
import { announce, onAnnounce } from "./leader.js";
import { money } from "./money.js";
import { byId, element } from "./screen.js";
import { openSales, whenOf } from "./today.js";
import { words } from "./words.js";

export function startEntered() {
  onAnnounce("entered", draw);
  // Once taken back, the server says so when it is asked again, and the note goes by itself.
  document.addEventListener("till:recorded", async ({ detail }) => {
    if (detail.kind === "reversal" && (await enteredSales()).length) announce("undone");
  });
  return draw();
}

async function draw() {
  const sales = await enteredSales().catch(() => []);
  byId("entered").hidden = !sales.length;
  byId("entered-title").textContent = words.entered_title.replace("COUNT", sales.length);
  byId("entered-list").replaceChildren(...sales.map(item));
}

function item({ order_no, amount_fen, asked_at }) {
  const find = button("btn-outline-primary", words.entered_find, () => openSales(order_no));
  const keep = button("btn-outline-secondary", words.entered_keep, () => settleEntered(order_no));
  for (const one of [find, keep]) one.setAttribute("aria-label", `${one.textContent} ${order_no}`);
  const amount = amount_fen ? ` ${words.list_price} ${money(amount_fen)}` : "";
  const told = element("p", {}, element("strong", { textContent: whenOf(asked_at) }), `${amount} · ${words.order} ${order_no}`);
  return element("li", {}, told, element("div", { className: "owed-actions" }, find, keep));
}

function button(look, textContent, act) {
  const made = element("button", { type: "button", className: `btn ${look} btn-sm`, textContent });
  made.addEventListener("click", act);
  return made;
}
