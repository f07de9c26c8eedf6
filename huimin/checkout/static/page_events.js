// @ts-check
// What happens on the till page and concerns more than one of its parts.

/** @import { Problem } from "./ask.js" */
/** @import { Row } from "./queue.js" */
/** @import { Attempt } from "./refused.js" */
/** @import { Receipt } from "./desk.js" */

/**
 * recorded: a sale or a reversal was written, by the server or into the queue.
 * refused: a refusal is shown.
 * owed: a sale of the queue that was not entered is listed. Who can do more with it adds a button to
 * `actions`, and calls `settled` when nothing is left to do.
 * @typedef {object} PageEvents
 * @property {{kind: "redemption" | "reversal", receipt: Receipt}} recorded
 * @property {{problem: Problem, attempt: Attempt}} refused
 * @property {{row: Row, actions: HTMLElement, settled: () => unknown}} owed
 */

/**
 * @template {keyof PageEvents} Name
 * @param {Name} name
 * @param {PageEvents[Name]} detail
 */
export function emit(name, detail) {
  document.dispatchEvent(new CustomEvent(`till:${name}`, { detail }));
}

/**
 * @template {keyof PageEvents} Name
 * @param {Name} name
 * @param {(detail: PageEvents[Name]) => unknown} listener
 */
export function on(name, listener) {
  document.addEventListener(`till:${name}`, (event) =>
    listener(/** @type {CustomEvent} */ (event).detail),
  );
}
