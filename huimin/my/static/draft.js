// @ts-check
// Words to the office that are not sent yet, kept on this phone while there is no network or the page was closed. They
// are encrypted with a key that stands only in pages of who wrote them (kept_words.py:draft_of), so that the next
// person who holds the phone reads nothing; after a week, and once they are sent, they are gone.

const KEPT = "huimin-my-draft ";
const KEPT_MS = 7 * 24 * 3600 * 1000;
const PATIENCE_MS = 8_000;
const NONCE_BYTES = 12;

forgetOld();
const done = /** @type {HTMLElement | null} */ (document.querySelector("[data-draft-sent]"));
if (done) forget(done.dataset.draftSent || "");
const form = /** @type {HTMLFormElement | null} */ (document.querySelector("form[data-draft-name]"));
if (form) void keepDraft(form);

/** @param {HTMLFormElement} form */
async function keepDraft(form) {
  const words = /** @type {HTMLTextAreaElement} */ (form.elements.namedItem("words"));
  const name = form.dataset.draftName || "";
  const key = await keyOf(form.dataset.draftKey || "");
  if (key) {
    const before = await read(name, key);
    if (before && !words.value) {
      words.value = before;
      tell("back");
    }
    let last = Promise.resolve();
    const keep = () => {
      // One after the other, so that the newest stands.
      last = last.then(() => write(name, key, words.value)).catch(() => {});
    };
    words.addEventListener("input", keep);
    if (words.value !== before) keep(); // somebody was quicker than this script
  }
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    // A second press while the first is under way.
    if (event.submitter?.getAttribute("aria-busy") !== "true") void send(form, event.submitter);
  });
}

/** Send it if the server can be reached: without network the browser would put its own page here.
 * @param {HTMLFormElement} form @param {HTMLElement | null} button */
async function send(form, button) {
  button?.setAttribute("aria-busy", "true");
  const patience = new AbortController();
  const late = setTimeout(() => patience.abort(), PATIENCE_MS);
  try {
    await fetch(form.dataset.reach || "", { cache: "no-store", signal: patience.signal });
    form.submit();
    // It may never be answered, and be pressed once more.
    setTimeout(() => button?.removeAttribute("aria-busy"), PATIENCE_MS);
  } catch {
    button?.removeAttribute("aria-busy");
    tell("unsent");
  } finally {
    clearTimeout(late);
  }
}

/** @param {string} what */
function tell(what) {
  for (const one of document.querySelectorAll("[data-draft-told]")) {
    const told = /** @type {HTMLElement} */ (one);
    told.hidden = told.dataset.draftTold !== what;
    if (!told.hidden) told.scrollIntoView({ block: "center" });
  }
}

/** @param {string} base64 @returns {Promise<CryptoKey | undefined>} */
async function keyOf(base64) {
  try {
    return await crypto.subtle.importKey("raw", bytesOf(base64), "AES-GCM", false, ["encrypt", "decrypt"]);
  } catch {
    return undefined;
  }
}

/** @param {string} name @param {CryptoKey} key @param {string} text */
async function write(name, key, text) {
  if (!text.trim()) {
    forget(name);
    return;
  }
  const nonce = crypto.getRandomValues(new Uint8Array(NONCE_BYTES));
  const sealed = await crypto.subtle.encrypt({ name: "AES-GCM", iv: nonce }, key, new TextEncoder().encode(text));
  const kept = JSON.stringify({ at: Date.now(), nonce: textOf(nonce), sealed: textOf(new Uint8Array(sealed)) });
  localStorage.setItem(KEPT + name, kept);
}

/** @param {string} name @param {CryptoKey} key @returns {Promise<string>} "" for none that this key opens */
async function read(name, key) {
  try {
    const kept = JSON.parse(localStorage.getItem(KEPT + name) || "");
    const iv = bytesOf(kept.nonce);
    const open = await crypto.subtle.decrypt({ name: "AES-GCM", iv }, key, bytesOf(kept.sealed));
    return new TextDecoder().decode(open);
  } catch {
    return "";
  }
}

/** @param {string} name */
function forget(name) {
  try {
    localStorage.removeItem(KEPT + name);
  } catch {
    // A browser without storage has kept nothing.
  }
}

function forgetOld() {
  try {
    for (const name of Object.keys(localStorage).filter((one) => one.startsWith(KEPT))) {
      const { at } = JSON.parse(localStorage.getItem(name) || "{}");
      if (!(Date.now() - at < KEPT_MS)) localStorage.removeItem(name);
    }
  } catch {
    // The same.
  }
}

/** @param {Uint8Array} bytes */
function textOf(bytes) {
  return btoa(String.fromCharCode(...bytes));
}

/** @param {string} base64 @returns {Uint8Array<ArrayBuffer>} */
function bytesOf(base64) {
  return Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
}
