// The foot of the page: today's count and savings and the latest sales, and the list to search.
import { ask, reason } from "./ask.js";
import { serverTime } from "./clock.js";
import { money } from "./money.js";
import { receiptLink } from "./printing.js";
import { byId, element, show } from "./screen.js";
import { startReverse } from "./undo.js";
import { addresses, words } from "./words.js";

const SEARCH_AFTER_MS = 200;
let searching = 0;

export async function tellToday() {
  let told;
  try {
    told = await ask(addresses.today, null, null, { quietly: true });
  } catch {
    return;
  }
  byId("today-count").textContent = told.sums.redemptions;
  byId("today-discount").textContent = money(told.sums.discount_fen);
  const rows = told.sales.map((row) =>
    element("li", {}, `${timeOf(row.recorded_at)} ${money(row.payable_fen)}`, element("span", { className: "row-tools" }, receiptLink(row), undoButton(row))),
  );
  const empty = element("li", { textContent: byId("today-sales").dataset.empty });
  byId("today-sales").replaceChildren(...(rows.length ? rows : [empty]));
}

export function timeOf(instant) {
  return new Date(instant).toLocaleTimeString("zh-CN", { hour: "2-digit", minute: "2-digit", timeZone: "Asia/Shanghai" });
}

// The time of day, and the day where it is not today.
export function whenOf(instant) {
  const day = (time) => new Date(new Date(time).getTime() + 8 * 3600_000).toISOString().slice(5, 10);
  return day(instant) === day(serverTime()) ? timeOf(instant) : `${day(instant)} ${timeOf(instant)}`;
}

function undoButton(row) {
  const undo = element("button", { type: "button", className: "btn btn-outline-secondary btn-sm" });
  undo.textContent = row.left_fen ? words.undo : words.returned;
  undo.disabled = !row.left_fen;
  undo.setAttribute("aria-label", `${undo.textContent} ${row.receipt_no}`);
  undo.addEventListener("click", () => startReverse(row));
  return undo;
}

// Open the list of today's sales, looking for a receipt where one was scanned.
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
  const number = ++searching;
  try {
    const told = await ask(addresses.sales, { text: byId("sales-search").value.trim() });
    if (number === searching) list(told);
  } catch (problem) {
    byId("sales-count").textContent = reason(problem);
  }
}

function list({ count, sales }) {
  const counted = count > sales.length ? words.sales_more : words.sales_count;
  byId("sales-count").textContent = count ? counted.replace("COUNT", count).replace("SHOWN", sales.length) : words.sales_none;
  byId("sales-list").replaceChildren(
    ...sales.map((row) => {
      const amounts = `${money(row.amount_fen)} · ${words.saved} ${money(-row.discount_fen)} · ${words.paid} ${money(row.payable_fen)}`;
      const left = row.left_fen && row.left_fen < row.amount_fen ? element("span", { className: "left", textContent: `${words.left} ${money(row.left_fen)}` }) : "";
      // An order number that this page made itself tells nobody anything.
      const order = row.order_no.startsWith("W-") ? "" : ` · ${words.order} ${row.order_no}`;
      const numbers = element("small", { textContent: `${words.receipt} ${row.receipt_no}${order}` });
      return element("li", {}, element("div", {}, element("strong", { textContent: whenOf(row.recorded_at) }), ` ${amounts} `, left, numbers), element("span", { className: "row-tools" }, receiptLink(row), undoButton(row)));
    }),
  );
}
