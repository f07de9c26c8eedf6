// One section of the page is shown at a time; who wants to know subscribes.

export const byId = (id) => document.getElementById(id);
const sections = [...document.querySelectorAll("#till > section")].map((section) => section.id);
const listeners = [];

export function show(name, focus) {
  for (const id of sections) byId(id).hidden = id !== name;
  const target = typeof focus === "string" ? byId(focus) : focus;
  if (target) target.focus();
  for (const listener of listeners) listener(name);
}

export function onShow(listener) {
  listeners.push(listener);
}

// Is one of these sections the shown one?
export function shown(...names) {
  return names.some((name) => !byId(name).hidden);
}
