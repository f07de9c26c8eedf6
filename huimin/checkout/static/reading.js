// @ts-check
// What kind of text a scanner, the camera, the clipboard or the keyboard gave.
import { isCardNumber, NUMBER_DIGITS } from "./card_number.js";

/**
 * card: a card's code, or a number with the right check digit; number: sixteen digits with a wrong one;
 * digits: not sixteen digits; receipt: a receipt's code. `raw` is the text without blanks.
 * @typedef {{kind: "card", text: string} | {kind: "receipt", number: string}
 *   | {kind: "number" | "digits" | "other", raw: string}} Reading
 */

const CODE_DIGITS_MIN = 100;
const CODE = new RegExp(`(\\d{${CODE_DIGITS_MIN},})$`);
const RECEIPT = /\/r\/(\d{12,30})\b/i;
const SYMBOLOGY = /^\]Q\d/i; // a prefix that some scanners add

/**
 * @param {string} text
 * @returns {Reading}
 */
export function readingOf(text) {
  const raw = text
    .normalize("NFKC")
    .replace(/[\s\u0000-\u001f\u200b\ufeff]+/g, "")
    .replace(SYMBOLOGY, "");
  // An input method may garble the address in front of a code, but not its digits.
  const code = CODE.exec(raw);
  if (code) return { kind: "card", text: code[1] };
  const receipt = RECEIPT.exec(raw);
  if (receipt) return { kind: "receipt", number: receipt[1] };
  const digits = raw.replaceAll("-", "");
  if (!/^\d+$/.test(digits)) return { kind: "other", raw };
  if (digits.length !== NUMBER_DIGITS) return { kind: "digits", raw };
  return isCardNumber(digits) ? { kind: "card", text: digits } : { kind: "number", raw };
}

/**
 * Whether a card's code is complete, judged by its COSE_Sign1 frame (core/card_token.py): protected
 * header, key id, payload and 64 bytes of signature. Nothing is verified here.
 * @param {string} digits
 */
export function isWholeCode(digits) {
  const hex = BigInt(digits).toString(16);
  const frame = /^1d28443a10127a10441..(?:4(.)|5([0-7])|58(..))/.exec(hex);
  if (!frame) return false;
  const [head, short, middle, long] = frame;
  const payload = short
    ? parseInt(short, 16)
    : middle
      ? 16 + parseInt(middle, 16)
      : parseInt(long, 16);
  return hex.length === head.length + 2 * (payload + 2 + 64);
}
