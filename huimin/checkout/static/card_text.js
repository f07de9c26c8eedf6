// @ts-check
// Tell a card's code from a typed number: the same as core/card_token.read_text.
import { isCardNumber, NUMBER_DIGITS } from "./card_number.js";

const TEXT_MAX = 4_096;
// Python's white space, and two invisible characters that copying may add.
const BLANKS = /[\t-\r\x1c-\x20\x85\xa0\u1680\u2000-\u200b\u2028\u2029\u202f\u205f\u3000\ufeff]+/g;
const ADDRESS = /^https?:\/\/[^/]{1,253}\/c\/([0-9]+)$/iu;

/**
 * A code (`token`) or a typed number. Throws {code}: card_unreadable, card_number_wrong.
 * @param {string} raw
 * @returns {{kind: "token" | "number", text: string}}
 */
export function readText(raw) {
  if (Array.from(raw).length > TEXT_MAX) throw { code: "card_unreadable" };
  const text = raw.normalize("NFKC").replace(BLANKS, "");
  const address = ADDRESS.exec(text);
  const digits = address ? address[1] : text.replaceAll("-", "");
  if (!/^[0-9]+$/.test(digits)) throw { code: "card_unreadable" };
  if (digits.length === NUMBER_DIGITS && !address) {
    if (!isCardNumber(digits)) throw { code: "card_number_wrong" };
    return { kind: "number", text: digits };
  }
  // A short run of digits is a number with digits missing, not a damaged code.
  if (digits.length < 2 * NUMBER_DIGITS) {
    throw { code: address ? "card_unreadable" : "card_number_wrong" };
  }
  return { kind: "token", text: digits };
}
