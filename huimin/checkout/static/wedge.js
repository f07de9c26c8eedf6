// A keyboard-wedge scanner types like a very fast typist. It is told by its speed, with or without
// Enter, whatever has the focus and whatever an input method makes of its keys: what the keys say
// and what the field receives are collected side by side, and the one that reads as something wins.
import { NUMBER_DIGITS } from "./card_number.js";
import { isWholeCode, readingOf } from "./reading.js";

export const SPEED_MS = 40; // the mean time between two characters of a scanner, at most
export const LENGTH_MIN = 8; // nobody types that many digits that fast
const DIGITS = new RegExp(`\\d{${LENGTH_MIN},}`);
const SILENCE_MS = 120; // a burst that reads as something ends with this much silence
const STUMBLE_MS = 400; // one that does not may go on: a slow radio, a busy till
const STUMBLE_LONG_MS = 1500; // and the longer it is, the surer it is a code with its end to come
const ENDS = ["Enter", "NumpadEnter", "Tab"];
const ENDS_TYPING = [...ENDS, "Backspace", "Delete", "Escape", "ArrowLeft", "ArrowRight", "ArrowUp", "ArrowDown"];
const METHOD_KEYS = ["Process", "Unidentified", "Dead"];
const SHIFTED = { Slash: "?", Semicolon: ":", Period: ">", Minus: "_" };
const PLAIN = { Slash: "/", Semicolon: ";", Period: ".", Minus: "-", NumpadDivide: "/", NumpadDecimal: ".", NumpadSubtract: "-" };

// The character of a key that an input method has taken, from the key's place on the keyboard.
function ofCode(code, shift) {
  const plain = /^(?:Digit|Numpad)(\d)$/.exec(code) || /^Key([A-Z])$/.exec(code);
  if (plain) return plain[1];
  return (shift && SHIFTED[code]) || PLAIN[code] || null;
}

function characterOf(event) {
  const taken = METHOD_KEYS.includes(event.key) || event.isComposing || event.keyCode === 229;
  if (taken) return ofCode(event.code, event.shiftKey);
  return [...event.key].length === 1 ? event.key : null;
}

// What the keys said, and what the field received.
function readings(burst) {
  return [burst.keys, burst.typed + burst.composing].map(readingOf);
}

// Whether nothing is missing of what was read.
function isWhole(one) {
  return one.kind === "receipt" || (one.kind === "card" && (one.text.length === NUMBER_DIGITS || isWholeCode(one.text)));
}

// How long a burst may pause before it is over.
function patience(burst) {
  if (readings(burst).some(isWhole)) return SILENCE_MS;
  return burst.keys.length > NUMBER_DIGITS || burst.typed.length > NUMBER_DIGITS ? STUMBLE_LONG_MS : STUMBLE_MS;
}

// `onScan(reading, field)` for each scan; the field that had the focus is as it was before.
export function listenForScans(onScan) {
  let burst = null;
  let begun = null; // characters that came just before, too few or too slow for a scanner

  const isSecret = (target) => target instanceof HTMLInputElement && target.type === "password";
  const isField = (target) => target instanceof Element && target.matches("input:not([type=radio]):not([type=checkbox]), textarea");

  function touch(target) {
    const now = performance.now();
    if (burst && now - burst.last > (isScan() ? patience(burst) : SILENCE_MS)) end();
    if (!burst) {
      const field = isField(target) ? target : null;
      burst = { keys: "", typed: "", composing: "", first: now, last: now, field, value: field ? field.value : "" };
    }
    burst.last = now;
    clearTimeout(burst.timer);
    burst.timer = setTimeout(silent, SILENCE_MS);
    return burst;
  }

  function silent() {
    const left = isScan() ? patience(burst) - (performance.now() - burst.last) : 0;
    if (left > 0) burst.timer = setTimeout(silent, left);
    else end();
  }

  function isScan() {
    if (!burst) return false;
    const texts = [burst.keys, burst.typed + burst.composing];
    // Every code at a till holds a run of digits; a word that an input method commits at once does not.
    if (!texts.some((text) => DIGITS.test(text.normalize("NFKC")))) return false;
    const count = Math.max(...texts.map((text) => text.length));
    return (burst.last - burst.first) / count <= SPEED_MS;
  }

  function forget() {
    clearTimeout(burst?.timer);
    burst = null;
  }

  function restore(field, value) {
    if (!field || field.value === value) return;
    field.value = value;
    field.dispatchEvent(new Event("input", { bubbles: true }));
  }

  function end() {
    const done = burst;
    if (!done) return;
    const scanned = isScan();
    const before = begun && done.first - begun.last < STUMBLE_LONG_MS ? begun : null;
    burst = begun = null;
    clearTimeout(done.timer);
    if (!scanned) {
      if (done.swallowed) restore(done.field, done.value + done.keys);
      begun = { keys: (before?.keys || "") + done.keys, value: before ? before.value : done.value, last: done.last };
      return;
    }
    if (done.composing && done.field) {
      done.field.blur(); // the input method lets go of what it holds
      done.field.focus();
    }
    // A code that paused after its first characters, too few to be known as a scanner's.
    const joined = before && readingOf(before.keys + done.keys);
    if (joined && isWhole(joined)) {
      restore(done.field, before.value);
      return onScan(joined, done.field);
    }
    restore(done.field, done.value);
    const found = readings(done);
    const reading = found.find((one) => one.kind === "card" || one.kind === "receipt");
    onScan(reading || found.find((one) => one.kind !== "other") || found[0], done.field);
  }

  // Too slow for a scanner after all: what was kept from the field belongs in it.
  function giveBack(text) {
    if (!burst?.swallowed || burst.composing) return;
    burst.swallowed = false;
    restore(burst.field, burst.value + text);
  }

  function swallow(event) {
    if (!isScan()) return giveBack(burst?.keys.slice(0, -1));
    burst.swallowed = true;
    if (event.cancelable) event.preventDefault();
    event.stopPropagation();
    if (!burst.composing) restore(burst.field, burst.value);
  }

  // A scan may begin before this script has loaded: what the field holds by then is part of it.
  const early = document.activeElement;
  if (isField(early) && early.value) {
    const burst = touch(early);
    Object.assign(burst, { keys: early.value, typed: early.value, value: "" });
  }
  document.addEventListener(
    "keydown",
    (event) => {
      if (event.ctrlKey || event.altKey || event.metaKey || isSecret(event.target)) return;
      if (event.repeat) return forget(); // a key held down is no scanner
      if (ENDS.includes(event.key) && !event.isComposing && isScan()) {
        event.preventDefault();
        event.stopPropagation();
        return end();
      }
      if (!event.isComposing && ENDS_TYPING.includes(event.key)) {
        giveBack(burst?.keys);
        forget(); // a hand at work
      }
      const character = characterOf(event);
      if (character === null) return;
      touch(event.target).keys += character;
      swallow(event);
    },
    true,
  );
  document.addEventListener(
    "beforeinput",
    (event) => {
      if (isSecret(event.target)) return;
      if (event.inputType === "insertCompositionText") touch(event.target).composing = event.data || "";
      else if (event.inputType === "insertText" && event.data) touch(event.target).typed += event.data;
      else return;
      swallow(event);
    },
    true,
  );
  document.addEventListener(
    "compositionend",
    (event) => {
      if (!burst || isSecret(event.target)) return;
      burst.typed += event.data || "";
      burst.composing = "";
    },
    true,
  );
  document.addEventListener(
    "paste",
    (event) => {
      const reading = readingOf(event.clipboardData?.getData("text") || "");
      if (isSecret(event.target) || !["card", "number", "receipt"].includes(reading.kind)) return;
      event.preventDefault();
      onScan(reading, event.target);
    },
    true,
  );
}
