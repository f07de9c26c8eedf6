// @ts-check
// Which part of a sale goes back: lines, of a sale that has them; else an amount, with how much of it took
// no part in the discount or was paid by insurance, of a sale that had such sums. All is chosen at first.
import { byId, element } from "./elements.js";
import { amountText, fenOf, money } from "./money.js";
import { words } from "./words.js";

/**
 * A line of the sale; `left_fen` can still be returned, below zero for a coupon.
 * @typedef {{index: number, name: string, quantity: string, amount_fen: number, left_fen: number}} SoldLine
 */
/**
 * @typedef {object} SaleRecord
 * @property {SoldLine[]} lines
 * @property {{amount_fen: number, excluded_fen: number, insurance_fen: number}} left
 */
/** @typedef {{amount_fen?: number, excluded_fen?: number, insurance_fen?: number, items?: {index: number, amount_fen: number}[]}} Part */

const PIECES_MAX = 20;
/** @type {SaleRecord} */
let sale = { lines: [], left: { amount_fen: 0, excluded_fen: 0, insurance_fen: 0 } };
/** @type {{line: SoldLine, isChosen: HTMLInputElement, amount: HTMLInputElement}[]} */
let choices = [];
let changed = () => {};

/** @type {{id: "reverse-excluded" | "reverse-insured", name: "excluded_fen" | "insurance_fen"}[]} */
const PARTS = [
  { id: "reverse-excluded", name: "excluded_fen" },
  { id: "reverse-insured", name: "insurance_fen" },
];

/** @param {() => unknown} listener called whenever another part is chosen */
export function listenToParts(listener) {
  changed = listener;
  byId("reverse-amount").addEventListener("input", () => {
    // What of another amount was excluded is not known until somebody says so.
    const isAll = fenOf(byId("reverse-amount").value) === sale.left.amount_fen;
    for (const { id, name } of PARTS) byId(id).value = isAll ? amountText(sale.left[name]) : "";
    changed();
  });
  for (const { id } of PARTS) byId(id).addEventListener("input", () => changed());
  byId("reverse-all").addEventListener("click", () => {
    const isChosen = !choices.every((choice) => choice.isChosen.checked);
    for (const choice of choices) choose(choice, isChosen);
    changed();
  });
}

/**
 * Offer the parts of this sale, all of them chosen. Returns the field to begin with.
 * @param {SaleRecord} record
 */
export function offerParts(record) {
  sale = record;
  const hasLines = record.lines.length > 0;
  byId("reverse-lines").hidden = !hasLines;
  byId("reverse-sums").hidden = hasLines;
  byId("reverse-excluded-box").hidden = !record.left.excluded_fen;
  byId("reverse-insured-box").hidden = !record.left.insurance_fen;
  byId("reverse-amount").value = amountText(record.left.amount_fen);
  for (const { id, name } of PARTS) byId(id).value = amountText(record.left[name]);
  choices = [];
  byId("reverse-line-list").replaceChildren(...record.lines.map(lineItem));
  nameAll();
  return hasLines ? byId("reverse-all") : byId("reverse-amount");
}

/**
 * What is chosen, as the server takes it; a sentence where that is not possible.
 * @returns {Part | string}
 */
export function chosenPart() {
  nameAll();
  if (sale.lines.length) return chosenLines();
  const amount_fen = fenOf(byId("reverse-amount").value);
  if (!amount_fen) return words.amount;
  /** @type {Part} */
  const part = { amount_fen };
  let rest_fen = amount_fen;
  for (const { id, name } of PARTS) {
    if (!sale.left[name]) continue;
    const fen = fenOf(byId(id).value);
    if (fen === null) return words.reverse_parts;
    part[name] = fen;
    rest_fen -= fen;
  }
  return rest_fen < 0 ? words.reverse_sums : part;
}

/** Whether all that is left of the sale is chosen. */
export function isAllChosen() {
  if (!sale.lines.length) return fenOf(byId("reverse-amount").value) === sale.left.amount_fen;
  return choices.every(
    ({ line, isChosen, amount }) => isChosen.checked && fenOf(amount.value) === line.left_fen,
  );
}

/** @returns {Part | string} */
function chosenLines() {
  const items = [];
  for (const { line, isChosen, amount } of choices) {
    if (!isChosen.checked) continue;
    const amount_fen = fenOf(amount.value);
    if (!amount_fen) return words.amount;
    items.push({ index: line.index, amount_fen });
  }
  return items.length ? { items } : words.reverse_none;
}

/** The button beside the lines says what it does. */
function nameAll() {
  const areAll = choices.every(({ isChosen }) => isChosen.checked);
  byId("reverse-all").textContent = areAll ? words.choose_none : words.choose_all;
}

/**
 * @param {{line: SoldLine, isChosen: HTMLInputElement, amount: HTMLInputElement}} choice
 * @param {boolean} isChosen
 */
function choose(choice, isChosen) {
  choice.isChosen.checked = isChosen;
  choice.amount.disabled = !isChosen;
  if (isChosen && !fenOf(choice.amount.value)) {
    choice.amount.value = amountText(choice.line.left_fen);
  }
}

/** @param {SoldLine} line */
function lineItem(line) {
  if (line.left_fen <= 0) return element("li", {}, element("span", {}, line.name), state(line));
  const isChosen = element("input", { type: "checkbox", checked: true });
  const amount = element("input", {
    className: "form-control",
    inputMode: "decimal",
    maxLength: 12,
    value: amountText(line.left_fen),
  });
  amount.setAttribute("aria-label", `${line.name} ${words.line_back}`);
  const choice = { line, isChosen, amount };
  choices.push(choice);
  isChosen.addEventListener("change", () => {
    choose(choice, isChosen.checked);
    changed();
  });
  amount.addEventListener("input", () => changed());
  const name = element("label", {}, isChosen, element("span", {}, `${line.name} `, state(line)));
  return element("li", {}, name, amount, ...pieces(choice));
}

/** @param {SoldLine} line */
function state(line) {
  const times = line.quantity === "1" ? "" : `×${line.quantity} `;
  let text = times + money(line.amount_fen);
  if (line.amount_fen < 0) text += ` · ${words.line_coupon}`;
  else if (!line.left_fen) text += ` · ${words.line_returned}`;
  else if (line.left_fen < line.amount_fen) {
    text += ` · ${words.line_left.replace("AMOUNT", money(line.left_fen))}`;
  }
  return element("small", { textContent: text });
}

/**
 * For several pieces of which none came back yet: how many come back, which fills in the amount.
 * @param {{line: SoldLine, isChosen: HTMLInputElement, amount: HTMLInputElement}} choice
 */
function pieces(choice) {
  const { line, amount } = choice;
  const count = Number(line.quantity);
  const areWhole = Number.isInteger(count) && count > 1 && count <= PIECES_MAX;
  if (!areWhole || line.left_fen !== line.amount_fen) return [];
  const numbers = Array.from({ length: count }, (_, index) => count - index);
  const options = numbers.map((number) =>
    element("option", {
      value: String(number),
      textContent: words.piece_count.replace("COUNT", number),
    }),
  );
  const select = element("select", { className: "form-select" }, ...options);
  select.setAttribute("aria-label", `${line.name} ${words.line_pieces}`);
  select.addEventListener("change", () => {
    const fen = Math.round((line.amount_fen * Number(select.value)) / count);
    amount.value = amountText(fen);
    choose(choice, true);
    changed();
  });
  return [element("span"), select];
}
