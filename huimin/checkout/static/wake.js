// @ts-check
// The screen stays on while the till is looked at, where the browser can do that.

/** @type {WakeLockSentinel | null | undefined} */
let lock = null;

async function hold() {
  if (document.hidden || (lock && !lock.released)) return;
  try {
    lock = await navigator.wakeLock?.request("screen");
  } catch {
    lock = null; // a low battery, or not allowed: the screen behaves as it always did
  }
}

export function stayAwake() {
  document.addEventListener("visibilitychange", hold);
  hold();
}
