// @ts-check
// A keyboard-wedge scanner types like a very fast typist. It is recognised by its speed, with or without
// Enter, whatever has the focus, and whatever an input method does to its keys: the keys pressed and the
// text received by the field are both collected, and the one that makes sense is taken.
import { NUMBER_DIGITS } from "./card_number.js";
import { isWholeCode, readingOf } from "./reading.js";

/** @import { Reading } from "./reading.js" */
/** @typedef {HTMLInputElement | HTMLTextAreaElement} Field */
/**
 * Characters just before a burst that were too few or too slow for a scanner.
 * @typedef {{keys: string, pauses: number, field: Field | null, value: string, last: number}} Begun
 */

const SPEED_MS = 40; // the mean time between two characters of a scanner, at most
const LENGTH_MIN = 8; // nobody types that many digits that fast
const DIGITS = new RegExp(`\\d{${LENGTH_MIN},}`);
const SILENCE_MS = 120; // a complete burst ends after this much silence
const STUMBLE_MS = 400; // an incomplete one may go on: a slow radio, a busy till
const STUMBLE_LONG_MS = 1500; // a long one is almost certainly a code whose end is still to come
const ENDS = ["Enter", "NumpadEnter", "Tab"];
const ENDS_TYPING = [
  ...ENDS,
  "Backspace",
  "Delete",
  "Escape",
  "ArrowLeft",
  "ArrowRight",
  "ArrowUp",
  "ArrowDown",
];
const METHOD_KEYS = ["Process", "Unidentified", "Dead"];
const METHOD_KEY_CODE = 229;
/** @type {Record<string, string>} */
const SHIFTED = { Slash: "?", Semicolon: ":", Period: ">", Minus: "_" };
/** @type {Record<string, string>} */
const PLAIN = {
  Slash: "/",
  Semicolon: ";",
  Period: ".",
  Minus: "-",
  NumpadDivide: "/",
  NumpadDecimal: ".",
  NumpadSubtract: "-",
};

/**
 * The character of a key that an input method has caught, by its place on the keyboard.
 * @param {KeyboardEvent} event
 */
function characterByPlace({ code, shiftKey }) {
  const plain = /^(?:Digit|Numpad)(\d)$/.exec(code) || /^Key([A-Z])$/.exec(code);
  if (plain) return plain[1];
  return (shiftKey && SHIFTED[code]) || PLAIN[code] || null;
}

/** @param {KeyboardEvent} event */
function characterOf(event) {
  const isTaken =
    METHOD_KEYS.includes(event.key) || event.isComposing || event.keyCode === METHOD_KEY_CODE;
  if (isTaken) return characterByPlace(event);
  return [...event.key].length === 1 ? event.key : null;
}

/** A field that takes whatever is scanned while it has the focus. */
export const TAKES_SCANS = "[data-takes-scan]";

/** @param {EventTarget | null} target */
const isSecret = (target) => target instanceof HTMLInputElement && target.type === "password";

/**
 * @param {EventTarget | null} target
 * @returns {Field | null}
 */
function fieldOf(target) {
  const isField =
    target instanceof Element &&
    target.matches("input:not([type=radio]):not([type=checkbox]), textarea");
  return isField ? /** @type {Field} */ (target) : null;
}

/**
 * @param {Field | null} field
 * @param {string} value
 */
function restore(field, value) {
  if (!field || field.value === value) return;
  field.value = value;
  field.dispatchEvent(new Event("input", { bubbles: true }));
}

/**
 * Whether the reading is complete.
 * @param {Reading} reading
 */
function isWhole(reading) {
  if (reading.kind === "receipt") return true;
  return (
    reading.kind === "card" && (reading.text.length === NUMBER_DIGITS || isWholeCode(reading.text))
  );
}

/** Characters that came in quick succession. */
class Burst {
  keys = ""; // the keys pressed
  typed = ""; // the text that the field received
  composing = ""; // and the text that an input method still holds
  isSwallowed = false; // whether it is being kept out of the field
  timer = 0;

  /**
   * @param {Field | null} field the one that had the focus
   * @param {number} now
   */
  constructor(field, now) {
    this.field = field;
    this.value = field ? field.value : ""; // before the burst
    this.first = this.last = now;
  }

  get texts() {
    return [this.keys, this.typed + this.composing];
  }

  get readings() {
    return this.texts.map(readingOf);
  }

  /** Every code at a till has a run of digits; a word committed by an input method has none. */
  get isScan() {
    if (!this.texts.some((text) => DIGITS.test(text.normalize("NFKC")))) return false;
    const count = Math.max(...this.texts.map((text) => text.length));
    return (this.last - this.first) / count <= SPEED_MS;
  }

  /** How long it may pause before it is over. */
  get patience() {
    if (!this.isScan || this.readings.some(isWhole)) return SILENCE_MS;
    const isLong = this.keys.length > NUMBER_DIGITS || this.typed.length > NUMBER_DIGITS;
    return isLong ? STUMBLE_LONG_MS : STUMBLE_MS;
  }

  /** The reading that makes most sense. */
  get best() {
    const readings = this.readings;
    const card = readings.find(({ kind }) => kind === "card" || kind === "receipt");
    return card || readings.find(({ kind }) => kind !== "other") || readings[0];
  }
}

class Wedge {
  /** @type {Burst | null} */
  #burst = null;
  /** @type {Begun | null} */
  #begun = null;

  /** @param {(reading: Reading, began: number) => unknown} onScan */
  constructor(onScan) {
    this.onScan = onScan;
  }

  /**
   * A scan may begin before this script has loaded: what is in the field by then is part of it.
   * @param {Element | null} target
   */
  takeEarly(target) {
    const field = fieldOf(target);
    if (!field?.value) return;
    const early = field.value;
    Object.assign(this.#touch(field), { keys: early, typed: early, value: "" });
  }

  /** Whether a scan is still being read. */
  get isReading() {
    return Boolean(this.#burst?.isScan);
  }

  /** @param {KeyboardEvent} event */
  keyDown(event) {
    if (event.ctrlKey || event.altKey || event.metaKey || isSecret(event.target)) return;
    if (event.repeat) return this.#forget(); // a scanner holds no key down
    if (ENDS.includes(event.key) && !event.isComposing && this.#burst?.isScan) {
      event.preventDefault();
      event.stopPropagation();
      return this.#end();
    }
    if (!event.isComposing && ENDS_TYPING.includes(event.key)) {
      if (this.#burst) this.#giveBack(this.#burst, this.#burst.keys);
      this.#forget(); // somebody is typing
    }
    const character = characterOf(event);
    if (character === null) return;
    this.#touch(event.target).keys += character;
    this.#swallow(event);
  }

  /** @param {InputEvent} event */
  beforeInput(event) {
    if (isSecret(event.target)) return;
    if (event.inputType === "insertCompositionText") {
      this.#touch(event.target).composing = event.data || "";
    } else if (event.inputType === "insertText" && event.data) {
      this.#touch(event.target).typed += event.data;
    } else return;
    this.#swallow(event);
  }

  /** @param {CompositionEvent} event */
  compositionEnd(event) {
    if (!this.#burst || isSecret(event.target)) return;
    this.#burst.typed += event.data || "";
    this.#burst.composing = "";
  }

  /** @param {ClipboardEvent} event */
  paste(event) {
    const reading = readingOf(event.clipboardData?.getData("text") || "");
    if (isSecret(event.target) || !["card", "number", "receipt"].includes(reading.kind)) return;
    event.preventDefault();
    this.onScan(reading, performance.now());
  }

  /**
   * The burst that this character continues or begins.
   * @param {EventTarget | null} target
   */
  #touch(target) {
    const now = performance.now();
    const before = this.#burst;
    const isOver = before && now - before.last > before.patience;
    // Whoever types into one field and then scans into another does two things.
    const isElsewhere = before && !before.isScan && before.field !== fieldOf(target);
    if (isOver || isElsewhere) this.#end();
    const burst = (this.#burst ??= new Burst(fieldOf(target), now));
    burst.last = now;
    clearTimeout(burst.timer);
    burst.timer = setTimeout(() => this.#silent(), SILENCE_MS);
    return burst;
  }

  #silent() {
    const burst = this.#burst;
    if (!burst) return;
    const left = burst.isScan ? burst.patience - (performance.now() - burst.last) : 0;
    if (left > 0) burst.timer = setTimeout(() => this.#silent(), left);
    else this.#end();
  }

  #forget() {
    clearTimeout(this.#burst?.timer);
    this.#burst = this.#begun = null;
  }

  #end() {
    const burst = this.#burst;
    if (!burst) return;
    const begun =
      this.#begun && burst.first - this.#begun.last < STUMBLE_LONG_MS ? this.#begun : null;
    this.#forget();
    if (!burst.isScan) {
      if (burst.isSwallowed) restore(burst.field, burst.value + burst.keys);
      this.#begun = {
        keys: (begun?.keys || "") + burst.keys,
        pauses: (begun?.pauses || 0) + 1,
        field: burst.field,
        value: begun ? begun.value : burst.value,
        last: burst.last,
      };
      return;
    }
    if (burst.composing && burst.field) {
      burst.field.blur(); // so that the input method lets go of its text
      burst.field.focus();
    }
    // A code may pause after its first few characters, before they could be recognised as a scan.
    const joined = begun && readingOf(begun.keys + burst.keys);
    if (joined && (isWhole(joined) || this.#isForField(burst, begun))) {
      restore(burst.field, begun.value);
      this.onScan(joined, burst.first);
    } else {
      restore(burst.field, burst.value);
      this.onScan(burst.best, burst.first);
    }
  }

  /**
   * Whether the two are one text for the field that they came to. Any text that it has room for is whole to it;
   * but who pauses again and again is a hand that types.
   * @param {Burst} burst
   * @param {Begun} begun
   */
  #isForField({ field, keys }, begun) {
    if (!field?.matches(TAKES_SCANS) || begun.field !== field || begun.pauses > 1) return false;
    return begun.keys.length + keys.length <= field.maxLength;
  }

  /**
   * Too slow for a scanner after all: write into the field what was kept out of it.
   * @param {Burst} burst
   * @param {string} text
   */
  #giveBack(burst, text) {
    if (!burst.isSwallowed || burst.composing) return;
    burst.isSwallowed = false;
    restore(burst.field, burst.value + text);
  }

  /** @param {Event} event */
  #swallow(event) {
    const burst = this.#burst;
    if (!burst) return;
    if (!burst.isScan) return this.#giveBack(burst, burst.keys.slice(0, -1));
    burst.isSwallowed = true;
    if (event.cancelable) event.preventDefault();
    event.stopPropagation();
    if (!burst.composing) restore(burst.field, burst.value);
  }
}

/**
 * Call the listener with each scan, and when it began (of `performance.now()`). The field that had the focus is left as it was before. Returns a
 * function that says whether a scan is still being read.
 * @param {(reading: Reading, began: number) => unknown} onScan
 */
export function listenForScans(onScan) {
  const wedge = new Wedge(onScan);
  wedge.takeEarly(document.activeElement);
  document.addEventListener("keydown", (event) => wedge.keyDown(event), true);
  document.addEventListener("beforeinput", (event) => wedge.beforeInput(event), true);
  document.addEventListener("compositionend", (event) => wedge.compositionEnd(event), true);
  document.addEventListener("paste", (event) => wedge.paste(event), true);
  return () => wedge.isReading;
}
