// Take a sale back, whole or in part.
import { ask, reason } from "./ask.js";
import { fenOf, money, yuan } from "./money.js";
import { byId, show } from "./screen.js";
import { tellToday } from "./today.js";
import { addresses, words } from "./words.js";

let reversing = null; // {id, key}

// `sale` is {id, receipt_no, left_fen}.
export function startReverse(sale) {
  reversing = { id: sale.id, key: crypto.randomUUID() };
  byId("reverse-receipt").textContent = sale.receipt_no;
  byId("reverse-amount").value = yuan(sale.left_fen);
  byId("reverse-problem").textContent = "";
  show("reverse", "reverse-amount");
}

export function listenToReverse() {
  byId("reverse-amount").addEventListener("input", () => (reversing.key = crypto.randomUUID()));
  byId("reverse-form").addEventListener("submit", async (event) => {
    event.preventDefault();
    const amount = fenOf(byId("reverse-amount").value);
    if (!amount) return (byId("reverse-problem").textContent = words.amount);
    const body = { amount_fen: amount, reason: byId("reverse-reason").value.trim() };
    try {
      const told = await ask(addresses.reverse.replace("REDEMPTION", reversing.id), body, reversing.key);
      byId("reversed-payable").textContent = money(told.payable_fen);
      byId("reversed-receipt").textContent = told.receipt_no;
      show("reversed", byId("reversed").querySelector("[data-next]"));
      tellToday();
    } catch (problem) {
      byId("reverse-problem").textContent = reason(problem);
    }
  });
}
