// @ts-check
// Makes a device a till: the code that the console shows is scanned or typed once, sent, and not stored.
// With the manager's password the device stops being one.
import { ask, asProblem, reason } from "./ask.js";
import { Camera } from "./camera.js";
import { byId } from "./elements.js";
import { addresses, words } from "./words.js";

const CODE = /(?<!\d)\d{10}(?!\d)/;
const KEY = /hmt_[A-Za-z0-9_-]{43}/; // of a till system; it makes no device
const TYPED_MS = 300; // after this long nothing more is typed
const CODES = ["code_needed", "code_wrong", "code_unreadable"];
let isSending = false;

/**
 * The join code in what was typed in groups, or scanned as part of this page's address; null if there is
 * none.
 * @param {string} text
 */
function codeOf(text) {
  const plain = text.normalize("NFKC");
  return CODE.exec(plain.replace(/[\s-]/g, ""))?.[0] ?? CODE.exec(plain)?.[0] ?? null;
}

/** @param {string} text */
async function setUp(text) {
  const code = codeOf(text);
  if (!code) return tell(KEY.test(text.normalize("NFKC")) ? words.is_key : words.no_code);
  if (isSending) return;
  isSending = true;
  try {
    await ask(addresses.setUp, { code });
    camera.stop();
    location.assign(addresses.done); // and stays busy: a second set-up would break this off
  } catch (thrown) {
    isSending = false;
    tell(reason(asProblem(thrown)));
  }
}

/** @param {string} sentence */
function tell(sentence) {
  byId("join-code").value = "";
  byId("join-problem").textContent = sentence;
  byId("join-code").focus();
}

const camera = new Camera(byId("video"), (text) => codeOf(text) !== null, setUp, ({ on, problem }) => {
  byId("camera-box").hidden = !on;
  byId("camera").setAttribute("aria-pressed", String(on));
  byId("camera").textContent = on ? words.camera_off : words.camera_on;
  if (problem) byId("join-problem").textContent = words.camera_none;
});
byId("camera").hidden = !Camera.possible;
byId("camera").addEventListener("click", () => camera.turn(!camera.stream));

byId("join-form").addEventListener("submit", (event) => {
  event.preventDefault();
  setUp(byId("join-code").value);
});
// For a scanner that sends no Enter.
let timer = 0;
byId("join-code").addEventListener("input", () => {
  clearTimeout(timer);
  timer = setTimeout(() => codeOf(byId("join-code").value) && setUp(byId("join-code").value), TYPED_MS);
});
// The picture of the code leads here, with the code where no server sees it. A person still presses.
if (codeOf(location.hash)) {
  byId("join-code").value = codeOf(location.hash) ?? "";
  history.replaceState(null, "", location.pathname);
}
document.addEventListener("keydown", (event) => {
  if (event.target === document.body && event.key.length === 1) byId("join-code").focus();
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
document.querySelector("[data-till]")?.setAttribute("data-started", ""); // self_check.js
