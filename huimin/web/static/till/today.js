// The foot of the page: today's count and savings, and the latest sales to undo.
import { ask } from "./ask.js";
import { money } from "./money.js";
import { byId } from "./screen.js";
import { startReverse } from "./undo.js";
import { addresses, words } from "./words.js";

export async function tellToday() {
  let told;
  try {
    told = await ask(addresses.today);
  } catch {
    return;
  }
  byId("today-count").textContent = told.sums.redemptions;
  byId("today-discount").textContent = money(told.sums.discount_fen);
  const rows = told.sales.slice(0, 8).map((row) => {
    const item = document.createElement("li");
    const undo = document.createElement("button");
    Object.assign(undo, { type: "button", className: "btn btn-outline-secondary btn-sm" });
    undo.textContent = row.left_fen ? words.undo : words.returned;
    undo.disabled = !row.left_fen;
    undo.setAttribute("aria-label", `${undo.textContent} ${row.receipt_no}`);
    undo.addEventListener("click", () => startReverse(row));
    item.append(`${timeOf(row.recorded_at)} ${money(row.payable_fen)}`, undo);
    return item;
  });
  const empty = Object.assign(document.createElement("li"), { textContent: byId("today-sales").dataset.empty });
  byId("today-sales").replaceChildren(...(rows.length ? rows : [empty]));
}

export function timeOf(instant) {
  return new Date(instant).toLocaleTimeString("zh-CN", { hour: "2-digit", minute: "2-digit", timeZone: "Asia/Shanghai" });
}
