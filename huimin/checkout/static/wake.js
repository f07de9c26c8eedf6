// @ts-check
// Keeps the screen on while the page is visible, if the browser can.

/** @type {WakeLockSentinel | null | undefined} */
let lock = null;

async function hold() {
  if (document.hidden || (lock && !lock.released)) return;
  try {
    lock = await navigator.wakeLock?.request("screen");
  } catch {
    lock = null; // low battery, or not allowed: the screen turns off as usual
  }
}

export function stayAwake() {
  document.addEventListener("visibilitychange", hold);
  hold();
}
