// Whether a Chinese name is meant by what is typed: some of its characters, its pinyin in whole (shifozhen), the
// initials (sfz), or a mixture as input methods take it (shifz). Between characters of a name, signs are skipped.
import { READINGS, SIMPLIFIED } from "./pinyin_table.js";

/** @type {Map<string, string[]>} */
const readings = new Map();
for (const [, reading, characters] of READINGS.replaceAll("\n", "").matchAll(/([a-z]+)([^a-z ]+)/g)) {
  for (const character of characters) readings.set(character, [...(readings.get(character) ?? []), reading]);
}

/** @type {Map<string, string>} */
const simplified = new Map();
const pairs = SIMPLIFIED.replaceAll("\n", "");
for (let at = 0; at < pairs.length; at += 2) simplified.set(pairs[at], pairs[at + 1]);

/** What is typed, as it is compared: without spaces, narrow, in lower case and in simplified characters.
 * @param {string} text */
export function plain(text) {
  const narrow = text.normalize("NFKC").toLowerCase().replace(/[\s·'’/-]+/g, "").replaceAll("ü", "v");
  return [...narrow].map((character) => simplified.get(character) ?? character).join("");
}

/** Whether the letters, or characters, fit from this place of the name on.
 * @param {string[]} name @param {number} at @param {string} typed @returns {boolean} */
function fits(name, at, typed) {
  if (!typed) return true;
  if (at >= name.length) return false;
  if (typed.startsWith(name[at])) return fits(name, at + 1, typed.slice(name[at].length));
  return (readings.get(name[at]) ?? []).some(
    (reading) =>
      (typed.startsWith(reading) && fits(name, at + 1, typed.slice(reading.length))) ||
      (reading.startsWith(typed) && typed.length > 1) ||
      (typed[0] === reading[0] && fits(name, at + 1, typed.slice(1))),
  );
}

/** How well a name fits: 3 when it begins so, 2 when one of its parts (a town · a village) does, 1 when it holds
 * it, 0 when it does not fit.
 * @param {string} label @param {string} typed of plain() */
export function fit(label, typed) {
  let best = 0;
  let before = 0;
  const parts = label.split(" · ");
  const name = [...plain(label)];
  const starts = parts.map((part) => (before += [...plain(part)].length) - [...plain(part)].length);
  for (let at = 0; at < name.length; at += 1) {
    if (fits(name, at, typed)) best = Math.max(best, at === 0 ? 3 : starts.includes(at) ? 2 : 1);
  }
  return best;
}
