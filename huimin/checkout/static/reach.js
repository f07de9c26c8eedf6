// @ts-check
// Whether the server can be reached, for all parts of the page: any answer means yes, a call without an
// answer means no. While it is no, nobody at the till waits for the network.

/** @type {((yes: boolean) => unknown)[]} */
const listeners = [];
let reachable = navigator.onLine !== false;

export const canReach = () => reachable;

/**
 * Call the listener at each change.
 * @param {(yes: boolean) => unknown} listener
 */
export function onReach(listener) {
  listeners.push(listener);
}

/** @param {boolean} yes */
export function reached(yes) {
  if (reachable === yes) return;
  reachable = yes;
  for (const listener of listeners) listener(yes);
}

addEventListener("offline", () => reached(false));
