// Can the server be reached? One answer for all parts of the page: a call that got none says no,
// any answer says yes, and while it is no, nobody at the till waits for the network.
const listeners = [];
let reachable = navigator.onLine !== false;

export const canReach = () => reachable;

export function onReach(listener) {
  listeners.push(listener);
}

export function reached(yes) {
  if (reachable === yes) return;
  reachable = yes;
  for (const listener of listeners) listener(yes);
}

addEventListener("offline", () => reached(false));
