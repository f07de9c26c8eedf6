// @ts-check
// Shows the changing code, a minute each. Codes of the next minutes are fetched ahead and stay in memory alone, so that
// a shop without signal is no trouble and nothing that could be copied lies on the phone.

import { readPhone, sign, Unkept } from "./phone_key.js";

/** @typedef {{ shown_from: number, shown_until: number, size: number, rows: string[] }} Code */

const STEP_MS = 60_000;
// A till takes a code up to a minute before its time, by its own clock.
const EARLY_MS = 45_000;
const PATIENCE_MS = 8_000;
// Where no code came and none is left. A busy service may be so by the many behind one address, whom more
// questions would keep out: it gets the minute that the page speaks of.
const ASKED_AGAIN_AFTER_MS = { no_network: 10_000, busy: 60_000 };
const QUIET_ZONE = 4;
// The phone's clock was set back if it went on by so much less than the time that has passed.
const SET_MS = 2_000;
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
let clockAtLook = Date.now();
let passedAtLook = performance.now();
let isAsking = false;
let askedAt = 0;
// Why no new codes came the last time.
/** @type {"" | "no_network" | "busy"} */
let lack = "";
// Whether somebody asked for a new code and the one on the screen had to stay.
let isUnchanged = false;

class Busy extends Error {}

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

/** A phone's clock may be set back, as by a network that knows the time: the codes go on by the time that has passed. One
 * that went forward may have slept, and ends them. */
function noteClock() {
  const [clock, passed] = [Date.now() - clockAtLook, performance.now() - passedAtLook];
  [clockAtLook, passedAtLook] = [Date.now(), performance.now()];
  if (clock < passed - SET_MS) serverAhead += passed - clock;
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
  if (response.status >= 500 || response.status === 429) throw new Busy();
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
    lack = "";
    const current = shown;
    if (replace || !current || current.shown_until * 1000 <= now()) {
      codes = fresh;
      shown = null;
    } else {
      codes = fresh.filter((code) => code.shown_from > current.shown_from);
    }
  } catch (error) {
    if (error instanceof Refused || error instanceof Unkept) {
      lack = ""; // to ask again would change nothing
      stop(error instanceof Unkept ? words.unkept : error.message);
      return;
    }
    lack = error instanceof Busy ? "busy" : "no_network";
  } finally {
    isAsking = false;
    askedAt = Date.now();
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
      if (lack) stop(words[lack]);
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
  offline.hidden = !lack;
  if (!lack) return;
  const remaining = lack === "busy" ? words.busy_left : words.offline;
  const sentence = isUnchanged ? words.unchanged : remaining;
  offline.textContent = sentence.replace("{count}", String(codes.length + 1));
}

/** @param {Code} code */
function show(code) {
  shown = code;
  isUnchanged = false;
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
  const why = byId("why");
  if (!byId("none").hidden && why.textContent === sentence) return; // it has been read already
  byId("none").hidden = false;
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
byId("fresh").addEventListener("click", () => {
  isUnchanged = !useNext();
  void refresh({ replace: isUnchanged });
});
byId("again").addEventListener("click", () => {
  byId("none").hidden = true;
  byId("waiting").hidden = false;
  lack = "";
  void refresh();
});
window.addEventListener("online", () => void refresh());
document.addEventListener("visibilitychange", () => {
  if (document.visibilityState !== "visible") return;
  if (shown) void stayBright();
  tick();
});
setInterval(() => {
  noteClock();
  if (shown) tick();
  else if (lack && !document.hidden && Date.now() - askedAt >= ASKED_AGAIN_AFTER_MS[lack]) void refresh();
}, 1000);
void refresh();

if (navigator.serviceWorker && worker) {
  navigator.serviceWorker.register(worker, { scope }).catch(() => {});
}
