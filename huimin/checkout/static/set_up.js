// A device becomes a till: the key of its terminal is scanned or pasted once and sent, never kept.
// It stops being one with the manager's word.
import { ask, reason } from "./ask.js";
import { Camera } from "./camera.js";
import { addresses, words } from "./words.js";

const KEY = /hmt_[A-Za-z0-9_-]{43}(?![A-Za-z0-9_-])/;
const byId = (id) => document.getElementById(id);
let sending = false;

// The key in what was read, also where an input method made its letters wide; null without one.
function keyOf(text) {
  return KEY.exec(text.normalize("NFKC").trim())?.[0] ?? null;
}

async function setUp(text) {
  const key = keyOf(text);
  if (!key) return tell(words.no_key);
  if (sending) return;
  sending = true;
  try {
    await ask(addresses.setUp, { key });
    camera.stop();
    location.assign(addresses.done);
  } catch (problem) {
    if (problem instanceof Error) throw problem;
    tell(reason(problem));
  } finally {
    sending = false;
  }
}

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
// A scanner without Enter: the key is whole, and nothing more comes.
let timer = 0;
byId("key").addEventListener("input", () => {
  clearTimeout(timer);
  timer = setTimeout(() => keyOf(byId("key").value) && setUp(byId("key").value), 300);
});
document.addEventListener("keydown", (event) => {
  if (event.target === document.body && event.key.length === 1) byId("key").focus();
});

byId("leave-form")?.addEventListener("submit", async (event) => {
  event.preventDefault();
  const code = byId("manager-code").value.trim();
  const word = { username: byId("manager-name").value.trim(), password: byId("manager-password").value };
  try {
    await ask(addresses.leave, code ? { ...word, code } : word);
    location.assign(addresses.left);
  } catch (problem) {
    if (problem instanceof Error) throw problem;
    byId("leave-problem").textContent = reason(problem);
    if (["code_needed", "code_wrong"].includes(problem.code)) byId("manager-code-box").hidden = false;
  }
});
