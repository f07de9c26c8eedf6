// @ts-check
// One section of the till page is shown at a time; who wants to know subscribes.
import { byId } from "./elements.js";

/** @typedef {"ready" | "sale" | "done" | "refused" | "reverse" | "reversed" | "claim" | "claimed" | "sales"} Section */

const till = byId("till");
const sections = [...till.querySelectorAll(":scope > .stage > section")].map(
  (section) => /** @type {Section} */ (section.id),
);
/** @type {((name: Section) => unknown)[]} */
const listeners = [];
// For so long, a press too many or a double click was still meant for what was shown before.
const FRESH_MS = 400;
let freshTimer = 0;

/**
 * @param {Section} name
 * @param {keyof PageElements | HTMLElement | null} focus the element to focus, or its id
 */
export function show(name, focus) {
  for (const id of sections) byId(id).hidden = id !== name;
  till.dataset.state = name;
  till.dataset.fresh = "";
  clearTimeout(freshTimer);
  freshTimer = setTimeout(() => delete till.dataset.fresh, FRESH_MS);
  tell("");
  const target = typeof focus === "string" ? byId(focus) : focus;
  if (target) target.focus({ preventScroll: true });
  scrollTo(0, 0);
  for (const listener of listeners) listener(name);
}

/**
 * Call the listener at each change of the section.
 * @param {(name: Section) => unknown} listener
 */
export function onShow(listener) {
  listeners.push(listener);
}

/** @param {Section} name */
export const isShown = (name) => till.dataset.state === name;

/** Whether what is shown has only just appeared, so that nobody can mean to leave it. */
export const isFresh = () => "fresh" in till.dataset;

/**
 * A line for the cashier that stays until something else is shown.
 * @param {string} sentence
 */
export function tell(sentence) {
  byId("told").textContent = sentence;
  byId("told").hidden = !sentence;
}
