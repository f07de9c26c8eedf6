// @ts-check
// Today's count, savings and latest sales beside the till, and the list to search.
import { ask, asProblem, reason } from "./ask.js";
import { whenOf } from "./clock.js";
import { timeOf } from "./county_time.js";
import { button, byId, element } from "./elements.js";
import { money } from "./money.js";
import { receiptLink } from "./printing.js";
import { startReversal } from "./reversal.js";
import { OWN_ORDER_PREFIX } from "./sale.js";
import { show } from "./screen.js";
import { addresses, words } from "./words.js";

/**
 * `occurred_at` is when it was made, `recorded_at` when the server heard of it; `left_fen` can still be returned.
 * @typedef {import("./desk.js").Receipt & {id: string, occurred_at: string, left_fen: number}} Sale
 */

const SEARCH_AFTER_MS = 200;
let searches = 0;

export async function showToday() {
  /** @type {{sums: {redemptions: number, discount_fen: number}, sales: Sale[]}} */
  let today;
  try {
    today = await ask(addresses.today, null, null, { quietly: true });
  } catch {
    return;
  }
  byId("today-count").textContent = String(today.sums.redemptions);
  byId("today-discount").textContent = money(today.sums.discount_fen);
  const items = today.sales.map((sale) =>
    element("li", {}, `${timeOf(sale.occurred_at)} ${money(sale.payable_fen)}`, tools(sale)),
  );
  const empty = element("li", { textContent: byId("today-sales").dataset.empty });
  byId("today-sales").replaceChildren(...(items.length ? items : [empty]));
}

/** @param {Sale} sale */
const tools = (sale) =>
  element("span", { className: "row-tools" }, receiptLink(sale), undoButton(sale));

/** @param {Sale} sale */
function undoButton(sale) {
  const text = sale.left_fen ? words.undo : words.returned;
  const undo = button("outline-secondary sm", text, () => startReversal(sale), sale.receipt_no);
  undo.disabled = !sale.left_fen;
  return undo;
}

/** Open the list of today's sales, searching for this text. */
export function openSales(text = "") {
  show("sales", "sales-search");
  byId("sales-search").value = text;
  search();
}

export function listenToSales() {
  let timer = 0;
  byId("sales-search").addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(search, SEARCH_AFTER_MS);
  });
  byId("sales-form").addEventListener("submit", (event) => {
    event.preventDefault();
    search();
  });
  byId("sales-open").addEventListener("click", () => openSales());
}

async function search() {
  const number = ++searches;
  try {
    const answer = await ask(addresses.sales, { text: byId("sales-search").value.trim() });
    if (number === searches) list(answer);
  } catch (thrown) {
    byId("sales-count").textContent = reason(asProblem(thrown));
  }
}

/** @param {{count: number, sales: Sale[]}} answer */
function list({ count, sales }) {
  const counted = count > sales.length ? words.sales_more : words.sales_count;
  byId("sales-count").textContent = count
    ? counted.replace("COUNT", count).replace("SHOWN", sales.length)
    : words.sales_none;
  byId("sales-list").replaceChildren(...sales.map(saleItem));
}

/** @param {Sale} sale */
function saleItem(sale) {
  const when = element("strong", { textContent: whenOf(sale.occurred_at) });
  const later =
    whenOf(sale.recorded_at) === whenOf(sale.occurred_at)
      ? ""
      : ` · ${words.sent_at.replace("TIME", whenOf(sale.recorded_at))}`;
  const saved = `${words.saved} ${money(-sale.discount_fen)}`;
  const amounts = ` ${money(sale.amount_fen)} · ${saved} · ${words.paid} ${money(sale.payable_fen)} `;
  const isPartLeft = sale.left_fen && sale.left_fen < sale.amount_fen;
  const left = isPartLeft
    ? element("span", { className: "left", textContent: `${words.left} ${money(sale.left_fen)}` })
    : "";
  // An order number made by this page means nothing to anybody.
  const order = sale.order_no.startsWith(OWN_ORDER_PREFIX)
    ? ""
    : ` · ${words.order} ${sale.order_no}`;
  const numbers = element("small", { textContent: `${words.receipt} ${sale.receipt_no}${order}${later}` });
  return element("li", {}, element("div", {}, when, amounts, left, numbers), tools(sale));
}
