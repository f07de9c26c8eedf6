// @ts-check
// Makes a device a till: its terminal's key is scanned or pasted once, sent, and not stored. With the
// manager's password the device stops being one.
import { ask, asProblem, reason } from "./ask.js";
import { Camera } from "./camera.js";
import { byId } from "./elements.js";
import { addresses, words } from "./words.js";

const KEY = /hmt_[A-Za-z0-9_-]{43}(?![A-Za-z0-9_-])/;
const TYPED_MS = 300; // after this long nothing more is typed
const CODES = ["code_needed", "code_wrong"];
let isSending = false;

/**
 * The key in the text, even if an input method made its letters full-width; null if there is none.
 * @param {string} text
 */
function keyOf(text) {
  return KEY.exec(text.normalize("NFKC").trim())?.[0] ?? null;
}

/** @param {string} text */
async function setUp(text) {
  const key = keyOf(text);
  if (!key) return tell(words.no_key);
  if (isSending) return;
  isSending = true;
  try {
    await ask(addresses.setUp, { key });
    camera.stop();
    location.assign(addresses.done); // and stays busy: a second set-up would break this off
  } catch (thrown) {
    isSending = false;
    tell(reason(asProblem(thrown)));
  }
}

/** @param {string} sentence */
function tell(sentence) {
  byId("key").value = "";
  byId("key-problem").textContent = sentence;
  byId("key").focus();
}

const camera = new Camera(byId("video"), setUp, ({ on, problem }) => {
  byId("camera-box").hidden = !on;
  byId("camera").setAttribute("aria-pressed", String(on));
  byId("camera").textContent = on ? words.camera_off : words.camera_on;
  if (problem) byId("key-problem").textContent = words.camera_none;
});
byId("camera").hidden = !Camera.possible;
byId("camera").addEventListener("click", () => camera.turn(!camera.stream));

byId("key-form").addEventListener("submit", (event) => {
  event.preventDefault();
  setUp(byId("key").value);
});
// For a scanner that sends no Enter.
let timer = 0;
byId("key").addEventListener("input", () => {
  clearTimeout(timer);
  timer = setTimeout(() => keyOf(byId("key").value) && setUp(byId("key").value), TYPED_MS);
});
document.addEventListener("keydown", (event) => {
  if (event.target === document.body && event.key.length === 1) byId("key").focus();
});

// The form is only there on a device that is a till.
byId("leave-form")?.addEventListener("submit", async (event) => {
  event.preventDefault();
  const code = byId("manager-code").value.trim();
  const manager = {
    username: byId("manager-name").value.trim(),
    password: byId("manager-password").value,
  };
  try {
    await ask(addresses.leave, code ? { ...manager, code } : manager);
    location.assign(addresses.left);
  } catch (thrown) {
    const problem = asProblem(thrown);
    byId("leave-problem").textContent = reason(problem);
    if (CODES.includes(problem.code)) byId("manager-code-box").hidden = false;
  }
});
