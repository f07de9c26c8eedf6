// @ts-check
// The basket line by line, for cashiers who want it: excluded goods are picked from a list.
import { byId, element } from "./elements.js";
import { fenOf } from "./money.js";
import { words } from "./words.js";

/** @import { Item } from "./discount.js" */

const LINES_MAX = 50;
/** @type {string[]} */
let categories = [];

/**
 * Start again for a policy that excludes these categories; without any, lines are not offered.
 * @param {string[]} excluded
 */
export function startLines(excluded) {
  categories = excluded;
  byId("lines").hidden = !excluded.length;
  byId("lines").open = false;
  byId("line-list").replaceChildren();
}

export const hasLines = () => byId("line-list").children.length > 0;

/** @param {() => unknown} changed */
export function addLine(changed) {
  if (byId("line-list").children.length >= LINES_MAX) return;
  const name = element("input", {
    className: "form-control",
    maxLength: 60,
    placeholder: words.line_name,
  });
  const options = [
    ["", words.takes_part],
    ...categories.map((code) => [code, words.goods[code] || code]),
  ];
  const choices = options.map(([value, textContent]) => element("option", { value, textContent }));
  const category = element("select", { className: "form-select" }, ...choices);
  const amount = element("input", {
    className: "form-control",
    inputMode: "decimal",
    maxLength: 12,
    placeholder: words.line_amount,
  });
  const drop = element("button", { type: "button", className: "btn btn-outline-secondary" }, "×");
  name.setAttribute("aria-label", words.line_name);
  category.setAttribute("aria-label", words.line_category);
  amount.setAttribute("aria-label", words.line_amount);
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

/** The lines that have an amount, as items of a quote; null if one of the amounts is not valid. */
export function items() {
  /** @type {Item[]} */
  const all = [];
  for (const line of byId("line-list").children) {
    const [name, amount] = line.querySelectorAll("input");
    const category = /** @type {HTMLSelectElement} */ (line.querySelector("select"));
    if (!amount.value.trim()) continue;
    const amount_fen = fenOf(amount.value);
    if (amount_fen === null) return null;
    const item = {
      name: name.value.trim() || (category.selectedOptions[0].textContent ?? ""),
      amount_fen,
    };
    all.push(category.value ? { ...item, category: category.value } : item);
  }
  return all;
}
