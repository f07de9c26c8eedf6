// One section of the page is shown at a time; who wants to know subscribes.

export const byId = (id) => document.getElementById(id);
const till = byId("till");
const sections = [...till.querySelectorAll(":scope > .stage > section")].map((section) => section.id);
const listeners = [];
// So long a press too many or a double click still comes from what was shown before.
const FRESH_MS = 400;
let freshTimer = 0;

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

// `listener(name)` at each change of the section.
export function onShow(listener) {
  listeners.push(listener);
}

// Is one of these sections the shown one?
export function shown(...names) {
  return names.includes(till.dataset.state);
}

// Has what is shown only just appeared, so that nobody can mean to leave it?
export function fresh() {
  return "fresh" in till.dataset;
}

// A line for the cashier that stays until something else is shown.
export function tell(sentence) {
  byId("told").textContent = sentence;
  byId("told").hidden = !sentence;
}

export function element(name, properties = {}, ...children) {
  const made = Object.assign(document.createElement(name), properties);
  made.append(...children);
  return made;
}
