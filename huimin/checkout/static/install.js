// @ts-check
// Installs the service worker, which keeps the page for use offline. A new version waits until no sale
// is under way; then the page reloads with it.
import { byId } from "./elements.js";
import { isShown, onShow } from "./screen.js";
import { addresses } from "./words.js";

const LOOK_EVERY_MS = 900_000;

export async function install() {
  if (!navigator.serviceWorker) return; // only where the connection is secure
  let isControlled = Boolean(navigator.serviceWorker.controller);
  let isReplaced = false;
  const registration = await navigator.serviceWorker.register(addresses.worker, {
    scope: addresses.scope,
    updateViaCache: "none",
  });

  const isIdle = () => isShown("ready") && !byId("card").value;
  const takeOver = () => {
    if (!isIdle()) return;
    if (isReplaced) location.reload();
    else registration.waiting?.postMessage("take over");
  };
  navigator.serviceWorker.addEventListener("controllerchange", () => {
    isReplaced = isControlled; // the first one ever changes nothing
    isControlled = true;
    takeOver();
  });
  registration.addEventListener("updatefound", () => {
    registration.installing?.addEventListener("statechange", takeOver);
  });
  onShow(takeOver);
  takeOver();
  setInterval(() => registration.update().catch(() => {}), LOOK_EVERY_MS);
}
