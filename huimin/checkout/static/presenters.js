// @ts-check
// Who presents the card: big choices in one row. They are chosen by a tap, or with the arrow keys while the
// amount has the focus.
import { byId, element } from "./elements.js";

/** @import { Person } from "./desk.js" */

/** @returns {HTMLInputElement[]} */
const choices = () => [...byId("presenters").querySelectorAll("input")];

/**
 * @param {Person[]} people
 * @param {boolean} isHolder whether it is certain that the holder is here
 */
export function showPresenters(people, isHolder) {
  const labels = people.map((person) => {
    const input = element("input", { type: "radio", name: "presenter", value: person.id });
    input.checked = people.length === 1 || (isHolder && person.kind === "holder");
    const relation = element("small", { textContent: person.relation });
    return element("label", {}, input, element("span", {}, person.name_masked), relation);
  });
  byId("presenters").querySelectorAll("label").forEach((label) => label.remove());
  byId("presenters").append(...labels);
}

/** The id of who was chosen; null if nobody was. */
export const chosenPresenter = () => choices().find((choice) => choice.checked)?.value ?? null;

export const focusPresenters = () => choices()[0]?.focus();

/**
 * Call the listener when somebody is chosen.
 * @param {() => unknown} listener
 */
export function listenToPresenters(listener) {
  byId("presenters").addEventListener("change", listener);
  byId("amount").addEventListener("keydown", (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    const all = choices();
    if (!step || !all.length) return;
    event.preventDefault();
    const chosen = all.findIndex((choice) => choice.checked);
    const next = chosen < 0 ? (step > 0 ? 0 : all.length - 1) : chosen + step;
    const choice = all[(next + all.length) % all.length];
    choice.checked = true;
    choice.closest("label")?.scrollIntoView({ block: "nearest", inline: "nearest" });
    listener();
  });
}
