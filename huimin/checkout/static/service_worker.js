// @ts-check
// Keeps the till page for use offline. It answers for the page and the files that it is made of, and for
// nothing else: no other answer of the server is ever kept.
// The server writes a line in front of it (pages/till_app.py): KEPT = {version, files, shell, page}.

const worker = /** @type {ServiceWorkerGlobalScope} */ (/** @type {unknown} */ (self));
const FILES = new Set(KEPT.files);
const NAME = "huimin-till-";
const CACHE = NAME + KEPT.version;
const PATIENCE_MS = 3000;
const GATEWAY = [502, 503, 504]; // the server behind the proxy is away
let isOther = false; // whether the server's page is of another version than the kept files

worker.addEventListener("install", (event) => {
  const fresh = [...FILES, KEPT.shell].map((address) => new Request(address, { cache: "reload" }));
  event.waitUntil(caches.open(CACHE).then((cache) => cache.addAll(fresh)));
});

worker.addEventListener("activate", (event) => {
  event.waitUntil(takeOver());
});

async function takeOver() {
  const old = (await caches.keys()).filter((name) => name.startsWith(NAME) && name !== CACHE);
  await Promise.all(old.map((name) => caches.delete(name)));
  await worker.clients.claim();
}

// The page sends this when no sale is under way.
worker.addEventListener("message", (event) => {
  if (event.data === "take over") worker.skipWaiting();
});

worker.addEventListener("fetch", (event) => {
  const address = new URL(event.request.url);
  if (event.request.method !== "GET" || address.origin !== location.origin) return;
  if (event.request.mode === "navigate") {
    event.respondWith(address.pathname === KEPT.page ? page(event) : elsewhere(event.request));
  } else if (FILES.has(address.pathname)) {
    event.respondWith(file(event.request, address.pathname));
  }
});

/**
 * The server's page, or the kept one if the server does not answer in time.
 * @param {FetchEvent} event
 * @returns {Promise<Response>}
 */
async function page(event) {
  const asked = fetch(event.request).then((response) => {
    if (GATEWAY.includes(response.status)) throw new Error("away");
    const version = response.headers.get("Huimin-Till-Version");
    if (version) isOther = version !== KEPT.version;
    return response;
  });
  event.waitUntil(asked.then(keepShell).catch(() => {}));
  const cached = await caches.match(KEPT.shell);
  if (!cached) return asked;
  /** @type {Promise<null>} */
  const patience = new Promise((resolve) => setTimeout(() => resolve(null), PATIENCE_MS));
  const response = await Promise.race([asked.catch(() => null), patience]);
  if (response) return response;
  isOther = false;
  return cached;
}

/** Keep the shell in the language in which the page was read. */
async function keepShell() {
  if (isOther) return void (await worker.registration.update());
  const fresh = await fetch(KEPT.shell, { cache: "no-cache" });
  if (!fresh.ok || fresh.headers.get("Huimin-Till-Version") !== KEPT.version) return;
  await (await caches.open(CACHE)).put(KEPT.shell, fresh);
}

/**
 * Other pages of the till are not kept: offline, go to the till itself.
 * @param {Request} request
 */
async function elsewhere(request) {
  try {
    return await fetch(request);
  } catch {
    return Response.redirect(KEPT.page);
  }
}

/**
 * @param {Request} request
 * @param {string} path
 */
async function file(request, path) {
  const cached = await (await caches.open(CACHE)).match(path);
  if (!isOther) return cached || fetch(request);
  return fetch(request).catch(() => cached || Response.error());
}
