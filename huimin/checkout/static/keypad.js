// @ts-check
// The on-screen keypad. It can only write amounts: up to seven digits of yuan and two decimals.
import { byId } from "./elements.js";

const YUAN_DIGITS_MAX = 7;

/**
 * The amount after a key: a digit, "00", ".", "⌫" (one back) or "C" (all).
 * @param {string} text
 * @param {string} key
 * @returns {string}
 */
function pressed(text, key) {
  if (key === "C") return "";
  if (key === "⌫") return text.slice(0, -1);
  if (key === ".") return text.includes(".") ? text : `${text || "0"}.`;
  if (key.length > 1) return [...key].reduce(pressed, text);
  const [whole, part] = text.split(".");
  if (part !== undefined) return part.length < 2 ? text + key : text;
  if (whole === "0") return key;
  return whole.length < YUAN_DIGITS_MAX ? text + key : text;
}

/**
 * Write into the field that had the focus last. Returns a function that chooses the field.
 * @template {"amount" | "excluded"} Field
 * @param {HTMLElement} box
 * @param {Field[]} fields
 * @param {() => unknown} changed
 */
export function keypad(box, fields, changed) {
  let field = byId(fields[0]);
  /** @param {Field} chosen */
  const mark = (chosen) => {
    field = byId(chosen);
    for (const id of fields) byId(id).classList.toggle("keyed", id === chosen);
  };
  for (const id of fields) byId(id).addEventListener("focus", () => mark(id));
  // The field keeps the focus, so that a scanner which types into it loses nothing.
  box.addEventListener("mousedown", (event) => event.preventDefault());
  /** @param {MouseEvent} event */
  const press = (event) => {
    const { key } = /** @type {HTMLElement} */ (event.target).dataset;
    if (!key || field.readOnly) return;
    field.value = pressed(field.value, key);
    changed();
  };
  // The finger that comes down is the press: a click is lost if the finger slides a little, or if a second
  // one comes before the first has left. Only a click that no pointer made is a press of its own.
  box.addEventListener("pointerdown", (event) => event.button === 0 && press(event));
  box.addEventListener("click", (event) => event.detail === 0 && press(event));
  return mark;
}
