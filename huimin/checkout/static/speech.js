// @ts-check
// Says the sum to be paid aloud once a sale is recorded, where the outlet wants it, in the page's language
// and with the browser's own voice. The till's sound switch silences it too.
import { byId } from "./elements.js";
import { spoken } from "./money.js";
import { on } from "./page_events.js";
import { sound } from "./sound.js";
import { words } from "./words.js";

const WANTED_KEY = "huimin.till.speaks";

/** Whether the outlet wants it. The page from the cache does not know; this device remembers. */
function isWanted() {
  const speaks = byId("till").dataset.speaks;
  if (speaks) localStorage.setItem(WANTED_KEY, speaks);
  return (speaks || localStorage.getItem(WANTED_KEY)) === "1";
}

/** @param {number} fen */
function say(fen) {
  if (!sound.on || !("speechSynthesis" in window)) return;
  const sentence = new SpeechSynthesisUtterance(`${words.paid} ${spoken(fen, words.units)}`);
  sentence.lang = document.documentElement.lang;
  speechSynthesis.cancel(); // the sum before it
  speechSynthesis.speak(sentence);
}

export function listenToSpeech() {
  if (!isWanted()) return;
  on("recorded", ({ kind, receipt }) => kind === "redemption" && say(receipt.payable_fen));
}
