// The till page: ready → who and how much → done. Wires the parts to the page, and nothing else.
import { Camera } from "./camera.js";
import { listenToClaims } from "./claim.js";
import { Facing } from "./facing.js";
import { keypad } from "./keypad.js";
import { listenToPrinting } from "./printing.js";
import { readingOf } from "./reading.js";
import { startOffline } from "./offline.js";
import { cancel } from "./queue.js";
import { listenToSale, next, requote, verify } from "./sale.js";
import { byId, fresh, onShow, show, shown, tell } from "./screen.js";
import { sound } from "./sound.js";
import { listenToSales, openSales, tellToday } from "./today.js";
import { listenToReverse, startReverse } from "./undo.js";
import { stayAwake } from "./wake.js";
import { listenForScans } from "./wedge.js";
import { words } from "./words.js";

const touched = matchMedia("(pointer: coarse)").matches;
const facing = new Facing(byId("facing"), byId("till").dataset.terminal);

// A scan, a paste, a picture or a number that was typed: whichever, it is read in one place.
function take(reading) {
  byId("card").value = "";
  if (reading.kind === "card") return verify(reading.text);
  if (reading.kind === "receipt") return openSales(reading.number);
  if (shown("sales")) return openSales(reading.raw); // a receipt's bar code
  sound.no();
  tell({ number: words.number_wrong, digits: words.not_a_card, other: words.not_a_card }[reading.kind]);
  if (shown("ready")) byId("card").focus();
}

byId("card-form").addEventListener("submit", (event) => {
  event.preventDefault();
  const typed = byId("card").value.trim();
  if (!typed) return byId("card").focus();
  const reading = readingOf(typed);
  if (reading.kind === "card") return take(reading);
  // What was typed stays, to be compared with the card.
  tell(reading.kind === "number" ? words.number_wrong : reading.kind === "digits" ? words.number_short : words.not_a_card);
  sound.no();
  byId("card").select();
});
listenForScans(take);

// ---- the camera
const camera = new Camera(
  byId("video"),
  (text) => take(readingOf(text)),
  ({ on, torch, problem }) => {
    byId("camera-box").hidden = !on;
    byId("torch").hidden = !torch;
    byId("camera").setAttribute("aria-pressed", String(on));
    byId("camera").textContent = on ? words.camera_off : words.camera_on;
    if (problem) tell(problem === "NotAllowedError" ? words.camera_denied : words.camera_none);
  },
);
byId("camera").hidden = !Camera.possible;
byId("camera").addEventListener("click", () => camera.turn(!camera.stream));
byId("torch").addEventListener("click", () => {
  const on = byId("torch").getAttribute("aria-pressed") !== "true";
  byId("torch").setAttribute("aria-pressed", String(on));
  camera.torch(on);
});
onShow((name) => camera.pause(["sale", "reverse", "sales"].includes(name)));

// ---- fingers: the page's own keypad for amounts, the phone's only where a number is to be typed
const keypadShown = getComputedStyle(byId("keypad")).display !== "none";
const mark = keypad(byId("keypad"), ["amount", "excluded"], requote);
if (touched) byId("card").inputMode = "none";
byId("type-number").hidden = !touched;
byId("type-number").addEventListener("click", () => {
  byId("card").inputMode = "numeric";
  byId("card").blur();
  byId("card").focus();
});
onShow((name) => {
  if (name === "sale") mark("amount");
  if (name === "ready" && touched) byId("card").inputMode = "none";
});

// ---- sound
function tellSound() {
  byId("sound").setAttribute("aria-pressed", String(sound.on));
  byId("sound").textContent = sound.on ? words.sound_off : words.sound_on;
}
byId("sound").addEventListener("click", () => {
  sound.on = !sound.on;
  tellSound();
  if (sound.on) sound.yes();
});
tellSound();

listenToSale(facing, keypadShown);
listenToSales();
listenToReverse(facing);
listenToPrinting();
listenToClaims();
document.addEventListener("till:recorded", tellToday);
document.querySelectorAll("[data-next]").forEach((button) => button.addEventListener("click", () => fresh() || next()));
document.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && event.repeat) event.preventDefault(); // a key held down confirms once
  if (event.key === "Escape" && !shown("ready")) next();
});
document.addEventListener("till:recorded", ({ detail }) => {
  if (detail.kind !== "redemption") return;
  const { done } = detail;
  byId("undo").onclick = () => (done.offline ? takeBack(done) : startReverse({ ...done, left_fen: done.amount_fen }));
});
// A sale that was made without network is taken back while it waits.
async function takeBack(done) {
  const gone = await cancel(done.client_id);
  if (gone) next();
  tell(gone ? words.offline_cancelled : words.offline_not_cancelled);
}
stayAwake();
camera.resume();
show("ready", "card");
tellToday();
startOffline();
