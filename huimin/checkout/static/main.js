// @ts-check
// The till page: ready → who and how much → recording → done. Connects the parts to the page.
import { Camera } from "./camera.js";
import { NUMBER_DIGITS } from "./card_number.js";
import { listenToClaims } from "./claim.js";
import { byId } from "./elements.js";
import { Facing } from "./facing.js";
import { listenToFocus } from "./focus.js";
import { keypad } from "./keypad.js";
import { startOffline } from "./offline.js";
import { listenToSignOut } from "./opened.js";
import { on } from "./page_events.js";
import { listenToPrinting } from "./printing.js";
import { undoneSays } from "./offline_words.js";
import { takeBack } from "./queue.js";
import { isWholeCode, readingOf } from "./reading.js";
import { isUnderway } from "./recording.js";
import { listenToReversal, startReversal } from "./reversal.js";
import { listenToSale, misread, next, requote, startSales, verify } from "./sale.js";
import { isFresh, isShown, onShow, show, tell } from "./screen.js";
import { listenToSessions } from "./sign_in_again.js";
import { sound } from "./sound.js";
import { listenToSpeech } from "./speech.js";
import { listenToSales, openSales, showToday } from "./today.js";
import { stayAwake } from "./wake.js";
import { listenForScans, TAKES_SCANS } from "./wedge.js";
import { words } from "./words.js";

/** @import { Receipt } from "./desk.js" */
/** @import { Reading } from "./reading.js" */

const isTouched = matchMedia("(pointer: coarse)").matches;
const facing = new Facing(byId("facing"), byId("till").dataset.terminal ?? "");

/**
 * A field for the shop's own order number takes what is scanned while it has the focus, unless that is the
 * code of a card or of a receipt of ours.
 * @param {Reading} reading
 */
function takesScan(reading) {
  const field = /** @type {HTMLInputElement | null} */ (document.activeElement);
  const text = reading.kind === "card" ? reading.text : reading.kind === "receipt" ? "" : reading.raw;
  if (!field?.matches(TAKES_SCANS) || !text || text.length > field.maxLength) return false;
  field.value = text;
  field.dispatchEvent(new Event("input", { bubbles: true }));
  return true;
}

/**
 * Act on what was scanned, pasted, photographed or typed.
 * @param {Reading} reading
 * @param {number} [began] when its scan did
 */
function take(reading, began) {
  if (takesScan(reading)) return;
  byId("card").value = "";
  if (reading.kind === "card") {
    return isDamaged(reading.text) ? misread(reading.text, began) : verify(reading.text, began);
  }
  if (isUnderway()) return; // what is shown there comes first
  if (reading.kind === "receipt") return openSales(reading.number);
  if (isShown("sales")) return openSales(reading.raw); // a receipt's bar code
  sound.no();
  tell(reading.kind === "number" ? words.number_wrong : words.not_a_card);
  if (isShown("ready")) byId("card").focus();
}

/** @param {string} card a code, or a number whose check digit is right */
const isDamaged = (card) => card.length > NUMBER_DIGITS && !isWholeCode(card);

byId("card-form").addEventListener("submit", (event) => {
  event.preventDefault();
  if (isScanning()) return; // an Enter that came before this script did (web/static/early_press.js)
  const typed = byId("card").value.trim();
  if (!typed) return byId("card").focus();
  const reading = readingOf(typed);
  if (reading.kind === "card") return take(reading);
  // Keep what was typed, to be compared with the card.
  tell(typedWrong(reading.kind));
  sound.no();
  byId("card").select();
});
const isScanning = listenForScans(take);

/** @param {Reading["kind"]} kind */
function typedWrong(kind) {
  if (kind === "number") return words.number_wrong;
  return kind === "digits" ? words.number_short : words.not_a_card;
}

// ---- the camera
const camera = new Camera(
  byId("video"),
  (text) => ["card", "receipt"].includes(readingOf(text).kind),
  (text) => take(readingOf(text)),
  ({ on: isOn, torch, problem }) => {
    byId("camera-box").hidden = !isOn;
    byId("torch").hidden = !torch;
    byId("camera").setAttribute("aria-pressed", String(isOn));
    byId("camera").textContent = isOn ? words.camera_off : words.camera_on;
    if (problem) tell(problem === "NotAllowedError" ? words.camera_denied : words.camera_none);
  },
);
byId("camera").hidden = !Camera.possible;
byId("camera").addEventListener("click", () => camera.turn(!camera.stream));
byId("torch").addEventListener("click", () => {
  const isLit = byId("torch").getAttribute("aria-pressed") !== "true";
  byId("torch").setAttribute("aria-pressed", String(isLit));
  camera.torch(isLit);
});
onShow((name) => camera.pause(["sale", "recording", "reverse", "sales"].includes(name)));

// ---- touch: the page's own keypad for amounts, the phone's keyboard only for a card's number
const isKeypadShown = getComputedStyle(byId("keypad")).display !== "none";
const mark = keypad(byId("keypad"), ["amount", "excluded"], requote);
if (isTouched) byId("card").inputMode = "none";
byId("type-number").addEventListener("click", () => {
  byId("card").inputMode = "numeric";
  byId("card").blur();
  byId("card").focus();
});
onShow((name) => {
  if (name === "sale") mark("amount");
  if (name === "ready" && isTouched) byId("card").inputMode = "none";
});

// ---- sound
function showSound() {
  byId("sound").setAttribute("aria-pressed", String(sound.on));
  byId("sound").textContent = sound.on ? words.sound_off : words.sound_on;
}
byId("sound").addEventListener("click", () => {
  sound.on = !sound.on;
  showSound();
  if (sound.on) sound.yes();
});
showSound();

listenToSale(facing, isKeypadShown);
listenToSales();
listenToReversal(facing);
listenToPrinting();
listenToClaims();
listenToSpeech();
on("recorded", showToday);
document
  .querySelectorAll("[data-next]")
  .forEach((press) => press.addEventListener("click", () => isFresh() || isUnderway() || next()));
document.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && event.repeat) event.preventDefault(); // holding the key down confirms once
  if (event.key === "Escape" && !isShown("ready") && !isUnderway()) leave();
});
on("recorded", ({ kind, receipt }) => {
  if (kind === "redemption") byId("undo").onclick = () => undo(receipt);
});

/** @type {(keyof PageElements)[]} */
const OUTCOMES = ["done", "reversed", "recording", "claimed"];

/** Go on to the next customer. Who pressed before the outcome could be read is told it all the same. */
function leave() {
  const unread = isFresh() && OUTCOMES.map((id) => byId(id)).find((section) => !section.hidden);
  const title = (unread && unread.querySelector("h1")?.innerText) || "";
  next();
  if (title) tell(words.came_of_it.replace("OUTCOME", title.replace(/\s+/g, " ").trim()));
}

/** @param {Receipt} receipt */
async function undo({ id, client_id, receipt_no }) {
  if (id) return startReversal({ id, receipt_no });
  const how = await takeBack(client_id ?? "");
  if (how) next();
  tell(undoneSays(how));
}

listenToFocus();
listenToSessions();
listenToSignOut();
stayAwake();
camera.resume();
show("ready", "card");
showToday();
startSales();
startOffline();
byId("till").dataset.started = ""; // self_check.js
