// @ts-check
// Keeps the page of the changing code and the files it is made of, so that it opens without network. It answers for
// nothing else: no answer about a person is ever kept.
// The server writes a line in front of it (pages/app_files.py): KEPT = {version, files, page}.

const worker = /** @type {ServiceWorkerGlobalScope} */ (/** @type {unknown} */ (self));
const FILES = new Set(KEPT.files);
const NAME = "huimin-my-";
const CACHE = NAME + KEPT.version;
const PATIENCE_MS = 3000;

worker.addEventListener("install", (event) => {
  const fresh = [...FILES, KEPT.page].map((address) => new Request(address, { cache: "reload" }));
  event.waitUntil(
    caches
      .open(CACHE)
      .then((cache) => cache.addAll(fresh))
      .then(() => worker.skipWaiting()),
  );
});

worker.addEventListener("activate", (event) => {
  event.waitUntil(takeOver());
});

async function takeOver() {
  const old = (await caches.keys()).filter((name) => name.startsWith(NAME) && name !== CACHE);
  await Promise.all(old.map((name) => caches.delete(name)));
  await worker.clients.claim();
}

worker.addEventListener("fetch", (event) => {
  const address = new URL(event.request.url);
  if (event.request.method !== "GET" || address.origin !== location.origin) return;
  const isPage = event.request.mode === "navigate" && address.pathname === KEPT.page;
  if (isPage || FILES.has(address.pathname)) event.respondWith(answer(event, address.pathname));
});

/**
 * The server's answer, or the kept one if it does not come in time. The page is kept anew, in the language and size
 * in which it was read.
 * @param {FetchEvent} event
 * @param {string} path
 * @returns {Promise<Response>}
 */
async function answer(event, path) {
  const cache = await caches.open(CACHE);
  const kept = await cache.match(path);
  const asked = fetch(event.request).then((response) => {
    if (response.status >= 500) throw new Error("away");
    if (response.ok && path === KEPT.page) event.waitUntil(cache.put(path, response.clone()));
    return response;
  });
  if (!kept) return asked;
  asked.catch(() => {});
  /** @type {Promise<null>} */
  const patience = new Promise((resolve) => setTimeout(() => resolve(null), PATIENCE_MS));
  return (await Promise.race([asked.catch(() => null), patience])) || kept;
}
