// Keeps the till page for a time without network. It answers for the page and for the files that the
// page is made of, and for nothing else: no answer of the server is ever kept.
// The server puts a line in front of it (pages/till_app.py): KEPT = {version, files, shell, page}.
const { version: VERSION, shell: SHELL, page: PAGE } = KEPT;
const FILES = new Set(KEPT.files);
const NAME = "huimin-till-";
const CACHE = NAME + VERSION;
const PATIENCE_MS = 3000;
const GATEWAY = [502, 503, 504]; // the server behind it is away
let isOther = false; // the server's page is of another version than these files

self.addEventListener("install", (event) => {
  const fresh = [...FILES, SHELL].map((address) => new Request(address, { cache: "reload" }));
  event.waitUntil(caches.open(CACHE).then((cache) => cache.addAll(fresh)));
});

self.addEventListener("activate", (event) => {
  event.waitUntil(takeOver());
});

async function takeOver() {
  const old = (await caches.keys()).filter((name) => name.startsWith(NAME) && name !== CACHE);
  await Promise.all(old.map((name) => caches.delete(name)));
  await self.clients.claim();
}

// The page says when no sale is under way.
self.addEventListener("message", (event) => {
  if (event.data === "take over") self.skipWaiting();
});

self.addEventListener("fetch", (event) => {
  const address = new URL(event.request.url);
  if (event.request.method !== "GET" || address.origin !== location.origin) return;
  if (event.request.mode === "navigate") {
    event.respondWith(address.pathname === PAGE ? page(event) : elsewhere(event.request));
  } else if (FILES.has(address.pathname)) {
    event.respondWith(file(event.request, address.pathname));
  }
});

// The server's page; the kept one when the server doesn't answer in time.
async function page(event) {
  const asked = fetch(event.request).then((answer) => {
    if (GATEWAY.includes(answer.status)) throw new Error("away");
    const version = answer.headers.get("Huimin-Till-Version");
    if (version) isOther = version !== VERSION;
    return answer;
  });
  event.waitUntil(asked.then(keepShell).catch(() => {}));
  const kept = await caches.match(SHELL);
  if (!kept) return asked;
  const patience = new Promise((resolve) => setTimeout(resolve, PATIENCE_MS));
  return Promise.race([asked.catch(() => null), patience]).then((answer) => {
    if (answer) return answer;
    isOther = false;
    return kept;
  });
}

// The shell in the language that the page was read in.
async function keepShell() {
  if (isOther) return self.registration.update();
  const fresh = await fetch(SHELL, { cache: "no-cache" });
  if (fresh.ok && fresh.headers.get("Huimin-Till-Version") === VERSION) await (await caches.open(CACHE)).put(SHELL, fresh);
}

// Another page of the till has no kept copy: without network there is the till itself.
async function elsewhere(request) {
  try {
    return await fetch(request);
  } catch {
    return Response.redirect(PAGE);
  }
}

async function file(request, path) {
  const kept = await (await caches.open(CACHE)).match(path);
  if (!isOther) return kept || fetch(request);
  return fetch(request).catch(() => kept || Response.error());
}
