// @ts-check
// Shows the changing code, a minute each. Codes of the next minutes are fetched ahead and stay in memory alone, so that
// a shop without signal is no trouble and nothing that could be copied lies on the phone.

import { readPhone, sign } from "./phone_key.js";

/** @typedef {{ shown_from: number, shown_until: number, size: number, rows: string[] }} Code */

const STEP_MS = 60_000;
// A till takes a code up to a minute before its time, by its own clock.
const EARLY_MS = 45_000;
const PATIENCE_MS = 8_000;
const QUIET_ZONE = 4;
const WIDTH_MAX = 420;

const words = JSON.parse(byId("words").textContent || "{}");
const challengeAddress = byId("code").dataset.challenge || "";
const codesAddress = byId("code").dataset.codes || "";
const worker = byId("code").dataset.worker || "";
const scope = byId("code").dataset.scope;

/** @type {Code[]} */
let codes = [];
/** @type {Code | null} */
let shown = null;
let challenge = "";
let serverAhead = 0;
let isAsking = false;
let isOffline = false;

class Refused extends Error {
  /** @param {string} code @param {string} detail */
  constructor(code, detail) {
    super(detail);
    this.code = code;
  }
}

/** @param {string} id @returns {HTMLElement} */
function byId(id) {
  const found = document.getElementById(id);
  if (!found) throw new Error(id);
  return found;
}

function now() {
  return Date.now() + serverAhead;
}

/** @param {string} address @param {object} body */
async function ask(address, body) {
  // AbortSignal.timeout is younger than the browsers inside some phones' apps.
  const patience = new AbortController();
  setTimeout(() => patience.abort(), PATIENCE_MS);
  const response = await fetch(address, {
    method: "POST",
    credentials: "omit",
    headers: { "Content-Type": "application/json", Accept: "application/json" },
    body: JSON.stringify(body),
    signal: patience.signal,
  });
  // Too many (429) may be others behind the same address: the codes that are here still count.
  if (response.status >= 500 || response.status === 429) throw new Error("away");
  const answer = await response.json();
  if (!response.ok) throw new Refused(answer.code, answer.detail);
  return answer;
}

/** @returns {Promise<Code[]>} */
async function fetchCodes() {
  const phone = await readPhone();
  if (!phone) throw new Refused("my_phone_unproven", words.unknown_phone);
  for (let tries = 0; ; tries += 1) {
    const asked = challenge || (await ask(challengeAddress, { phone: phone.phone })).challenge;
    challenge = "";
    try {
      const signature = await sign(phone, asked);
      const body = { phone: phone.phone, challenge: asked, signature };
      const answer = await ask(codesAddress, body);
      challenge = answer.challenge;
      serverAhead = answer.now_ms - Date.now();
      return answer.codes;
    } catch (error) {
      // The challenge that came with the codes before may have grown old meanwhile.
      if (tries || !(error instanceof Refused) || error.code !== "my_phone_unproven") throw error;
    }
  }
}

/** Ask for codes; those that are still there are shown while there is no network. */
async function refresh({ replace = false } = {}) {
  if (isAsking) return;
  isAsking = true;
  try {
    const fresh = await fetchCodes();
    isOffline = false;
    const current = shown;
    if (replace || !current || current.shown_until * 1000 <= now()) {
      codes = fresh;
      shown = null;
    } else {
      codes = fresh.filter((code) => code.shown_from > current.shown_from);
    }
  } catch (error) {
    if (error instanceof Refused) {
      stop(error.message);
      return;
    }
    isOffline = true;
  } finally {
    isAsking = false;
  }
  tick();
}

/** Show the next of the codes that are here, if a till takes it already; whether there is one. */
function useNext() {
  const next = codes[0];
  if (!next || next.shown_from * 1000 - now() >= EARLY_MS) return false;
  show(next);
  tick();
  return true;
}

/** The newest code whose time has come, or the next one. */
function codeOfNow() {
  const live = codes.filter((code) => code.shown_until * 1000 > now());
  return live.filter((code) => code.shown_from * 1000 <= now()).pop() || live[0];
}

function tick() {
  if (shown && shown.shown_until * 1000 <= now()) {
    shown = null;
    void refresh();
  }
  if (!shown) {
    const next = codeOfNow();
    if (next) show(next);
    else if (!isAsking) {
      if (isOffline) stop(words.no_network);
      else void refresh();
      return;
    }
  }
  if (!shown) return;
  const left = Math.min(STEP_MS, shown.shown_until * 1000 - now());
  const seconds = Math.max(0, Math.ceil(left / 1000));
  byId("left").textContent = words.left.replace("{seconds}", String(seconds));
  /** @type {HTMLProgressElement} */ (byId("bar")).value = seconds;
  const offline = byId("offline");
  offline.hidden = !isOffline;
  if (isOffline) offline.textContent = words.offline.replace("{count}", String(codes.length + 1));
}

/** @param {Code} code */
function show(code) {
  shown = code;
  codes = codes.filter((one) => one.shown_from > code.shown_from);
  byId("waiting").hidden = true;
  byId("none").hidden = true;
  byId("shown").hidden = false;
  draw(/** @type {HTMLCanvasElement} */ (byId("qr")), code);
  void stayBright();
}

/** @param {string} sentence */
function stop(sentence) {
  shown = null;
  codes = [];
  byId("waiting").hidden = true;
  byId("shown").hidden = true;
  byId("none").hidden = false;
  const why = byId("why");
  why.textContent = sentence;
  why.focus();
}

/** @param {HTMLCanvasElement} canvas @param {Code} code */
function draw(canvas, { size, rows }) {
  const modules = size + 2 * QUIET_ZONE;
  const room = Math.min(WIDTH_MAX, canvas.parentElement?.clientWidth || WIDTH_MAX);
  const dots = Math.max(2, Math.floor((room * (window.devicePixelRatio || 1)) / modules));
  canvas.width = canvas.height = modules * dots;
  canvas.style.width = `${(modules * dots) / (window.devicePixelRatio || 1)}px`;
  const pen = canvas.getContext("2d");
  if (!pen) return;
  pen.fillStyle = "#fff";
  pen.fillRect(0, 0, canvas.width, canvas.height);
  pen.fillStyle = "#000";
  rows.forEach((row, y) => {
    [...Number.parseInt(row, 16).toString(2).padStart(size, "0")].forEach((dark, x) => {
      if (dark === "1") pen.fillRect((x + QUIET_ZONE) * dots, (y + QUIET_ZONE) * dots, dots, dots);
    });
  });
}

/** The screen stays on while the code is shown, where the browser can do that. */
async function stayBright() {
  try {
    await navigator.wakeLock?.request("screen");
  } catch {
    // A phone that saves power says no; the code is shown all the same.
  }
}

// At once, with what is here; what is missing then is fetched behind it.
byId("fresh").addEventListener("click", () => void refresh({ replace: !useNext() }));
byId("again").addEventListener("click", () => {
  byId("none").hidden = true;
  byId("waiting").hidden = false;
  isOffline = false;
  void refresh();
});
window.addEventListener("online", () => void refresh());
document.addEventListener("visibilitychange", () => {
  if (document.visibilityState !== "visible") return;
  if (shown) void stayBright();
  tick();
});
setInterval(() => {
  if (shown) tick();
}, 1000);
void refresh();

if ("serviceWorker" in navigator && worker) {
  navigator.serviceWorker.register(worker, { scope }).catch(() => {});
}
