// @ts-check
// Events of the till page that concern more than one of its parts.

/** @import { Problem } from "./ask.js" */
/** @import { Row } from "./queue.js" */
/** @import { Attempt } from "./refused.js" */
/** @import { Receipt } from "./desk.js" */

/**
 * recorded: a sale or reversal was recorded by the server, or a sale in the queue.
 * refused: a refusal is shown.
 * owed: a refused sale of the queue is listed. A listener may add a button to `actions`, and calls
 * `settled` once the sale is dealt with.
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
