// The page as an app of its own: the service worker that keeps it for a time without network. A new
// version waits until no sale is under way, and then the page begins anew with it.
import { onShow, shown } from "./screen.js";
import { addresses } from "./words.js";

const LOOK_EVERY_MS = 900_000;

export async function install() {
  if (!navigator.serviceWorker) return; // only where the connection is secure
  let controlled = Boolean(navigator.serviceWorker.controller);
  let changed = false;
  const registration = await navigator.serviceWorker.register(addresses.worker, { scope: addresses.scope, updateViaCache: "none" });

  const isIdle = () => shown("ready") && !document.getElementById("card").value;
  const take = () => {
    if (!isIdle()) return;
    if (changed) location.reload();
    else registration.waiting?.postMessage("take over");
  };
  navigator.serviceWorker.addEventListener("controllerchange", () => {
    changed = controlled; // the first one ever is no news
    controlled = true;
    take();
  });
  registration.addEventListener("updatefound", () => {
    registration.installing?.addEventListener("statechange", take);
  });
  onShow(take);
  take();
  setInterval(() => registration.update().catch(() => {}), LOOK_EVERY_MS);
}
