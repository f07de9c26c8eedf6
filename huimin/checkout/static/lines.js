// The basket line by line, for who wants it so: what the policy leaves out is picked from a list.
import { fenOf } from "./money.js";
import { byId, element } from "./screen.js";
import { words } from "./words.js";

const LINES_MAX = 50;
let categories = [];

// Begin anew for a policy that leaves these categories out; without any there are no lines.
export function startLines(excluded) {
  categories = excluded;
  byId("lines").hidden = !excluded.length;
  byId("lines").open = false;
  byId("line-list").replaceChildren();
}

export function addLine(changed) {
  if (byId("line-list").children.length >= LINES_MAX) return;
  const options = [["", words.takes_part], ...categories.map((code) => [code, words.goods[code] || code])];
  const category = element("select", { className: "form-select" }, ...options.map(([value, text]) => element("option", { value }, text)));
  category.setAttribute("aria-label", words.line_category);
  const name = element("input", { className: "form-control", maxLength: 60, placeholder: words.line_name });
  name.setAttribute("aria-label", words.line_name);
  const amount = element("input", { className: "form-control", inputMode: "decimal", maxLength: 12, placeholder: words.line_amount });
  amount.setAttribute("aria-label", words.line_amount);
  const drop = element("button", { type: "button", className: "btn btn-outline-secondary" }, "×");
  drop.setAttribute("aria-label", words.line_drop);
  const line = element("li", {}, name, category, amount, drop);
  drop.addEventListener("click", () => {
    line.remove();
    changed();
  });
  line.addEventListener("input", changed);
  byId("line-list").append(line);
  amount.focus();
}

// The lines with an amount, as the quote takes them; null where one of them is no amount.
export function items() {
  const found = [];
  for (const line of byId("line-list").children) {
    const [name, category, amount] = line.querySelectorAll("input, select");
    const [written, chosen, typed] = [name, category, amount].map((part) => part.value.trim());
    if (!typed) continue;
    const fen = fenOf(typed);
    if (fen === null) return null;
    const item = { name: written || category.selectedOptions[0].textContent, amount_fen: fen };
    found.push(chosen ? { ...item, category: chosen } : item);
  }
  return found;
}
