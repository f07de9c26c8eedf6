// @ts-check
// Shows one section of the till page at a time.
import { byId } from "./elements.js";

/** @typedef {"ready" | "sale" | "recording" | "done" | "refused" | "reverse" | "reversed" | "claim" | "claimed" | "sales"} Section */

const till = byId("till");
const sections = [...till.querySelectorAll(":scope > .stage > section")].map(
  (section) => /** @type {Section} */ (section.id),
);
/** @type {((name: Section) => unknown)[]} */
const listeners = [];
// For this long a second press or click was meant for the section before.
const FRESH_MS = 400;
let freshTimer = 0;
let shownAt = 0;

/**
 * @param {Section} name
 * @param {keyof PageElements | HTMLElement | null} focus the element to focus, or its id
 */
export function show(name, focus) {
  for (const id of sections) byId(id).hidden = id !== name;
  till.dataset.state = name;
  till.dataset.fresh = "";
  shownAt = performance.now();
  closeHeader();
  clearTimeout(freshTimer);
  freshTimer = setTimeout(() => delete till.dataset.fresh, FRESH_MS);
  tell("");
  byId("catcher").value = "";
  byId("catcher").setAttribute("aria-labelledby", byId(name).getAttribute("aria-labelledby") ?? "");
  const target = typeof focus === "string" ? byId(focus) : focus;
  if (target) target.focus({ preventScroll: true });
  scrollTo(0, 0);
  for (const listener of listeners) listener(name);
}

/**
 * Call the listener whenever another section is shown.
 * @param {(name: Section) => unknown} listener
 */
export function onShow(listener) {
  listeners.push(listener);
}

/** @param {Section} name */
export const isShown = (name) => till.dataset.state === name;

/** What was opened in the page's header may lie over the section, or push its sum out of sight. */
function closeHeader() {
  for (const panel of document.querySelectorAll(".site-header details[open]")) panel.removeAttribute("open");
  document.querySelector(".site-header .menu-button")?.setAttribute("aria-expanded", "false");
}

/**
 * Whether a sum that is to be paid or given back has appeared only since then.
 * @param {number} began of `performance.now()`
 */
export const isSumNewer = (began) => (isShown("done") || isShown("reversed")) && shownAt > began;

/** Whether the section has only just appeared, so that a press can't be meant for it. */
export const isFresh = () => "fresh" in till.dataset;

/**
 * Show the cashier a line, which stays until another section is shown.
 * @param {string} sentence
 */
export function tell(sentence) {
  byId("told").textContent = sentence;
  byId("told").hidden = !sentence;
}
