// @ts-check
// Can the server be reached? One answer for all parts of the page: a call that got no answer says no,
// any answer says yes, and while it is no, nobody at the till waits for the network.

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
