// The till page: ready → who and how much → done. Wires the parts to the page, and nothing else.
import { keypad } from "./keypad.js";
import { confirm, next, requote, verify } from "./sale.js";
import { byId, shown } from "./screen.js";
import { tellToday } from "./today.js";
import { listenToReverse } from "./undo.js";

byId("card-form").addEventListener("submit", (event) => {
  event.preventDefault();
  const card = byId("card").value.trim();
  if (card) verify(card);
  else byId("card").focus();
});
byId("amount").addEventListener("input", requote);
byId("excluded").addEventListener("input", requote);
byId("presenters").addEventListener("change", () => byId("amount").focus());
byId("sale-form").addEventListener("submit", (event) => {
  event.preventDefault();
  confirm();
});
keypad(byId("keypad"), ["amount", "excluded"], requote);
listenToReverse();

// A scan must land in the field whatever had the focus: with the till ready or a sale done, keys go there.
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.altKey || event.metaKey || event.key.length !== 1) return;
  if (event.target.matches("input, textarea") || !/[0-9A-Za-z:/]/.test(event.key)) return;
  if (!shown("ready", "done", "refused", "reversed")) return;
  if (!shown("ready")) next();
  byId("card").focus();
});
document.querySelectorAll("[data-next]").forEach((button) => button.addEventListener("click", next));
byId("print").addEventListener("click", () => window.print());
tellToday();
