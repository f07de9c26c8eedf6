// A device becomes a till: the key of its terminal is scanned or pasted once and sent, never kept.
import { ask, reason } from "./ask.js";
import { addresses, words } from "./words.js";

const KEY = /hmt_[A-Za-z0-9_-]{43}(?![A-Za-z0-9_-])/;
const byId = (id) => document.getElementById(id);

// The key in what was read, also where an input method made its letters wide; null without one.
export function keyOf(text) {
  return KEY.exec(text.normalize("NFKC").trim())?.[0] ?? null;
}

async function setUp(text) {
  const key = keyOf(text);
  if (!key) return tell(words.no_key);
  try {
    await ask(addresses.setUp, { key });
    location.assign(addresses.done);
  } catch (problem) {
    tell(reason(problem));
  }
}

function tell(sentence) {
  byId("key").value = "";
  byId("key-problem").textContent = sentence;
  byId("key").focus();
}

byId("key-form").addEventListener("submit", (event) => {
  event.preventDefault();
  setUp(byId("key").value);
});
