// What was read, whoever read it: scanner, camera, clipboard or fingers.
import { isCardNumber, NUMBER_DIGITS } from "./card_number.js";

const CODE_DIGITS_MIN = 100;

// {kind: "card", text} (a code, or a number whose check digit is right), {kind: "number"} (sixteen
// digits, one of them wrong), {kind: "digits"} (a number with digits missing), {kind: "receipt",
// number} (a receipt's code), {kind: "other"}. `raw` is what was read, tidied.
export function readingOf(read) {
  const raw = read
    .normalize("NFKC")
    .replace(/[\s\u0000-\u001f\u200b\ufeff]+/g, "")
    .replace(/^\]Q\d/i, ""); // the symbology that some scanners put in front
  // An input method turns the address in front of a code into anything; its digits stay digits.
  const code = new RegExp(`(\\d{${CODE_DIGITS_MIN},})$`).exec(raw);
  if (code) return { kind: "card", text: code[1] };
  const receipt = /\/r\/(\d{12,30})\b/i.exec(raw);
  if (receipt) return { kind: "receipt", number: receipt[1] };
  const digits = raw.replaceAll("-", "");
  if (!/^\d+$/.test(digits)) return { kind: "other", raw };
  if (digits.length === NUMBER_DIGITS) return isCardNumber(digits) ? { kind: "card", text: digits } : { kind: "number", raw };
  return { kind: "digits", raw };
}

// A card's code that has come whole, by the frame of COSE_Sign1 (core/card_token.py): protected
// header, key id, payload, and 64 bytes of signature at the end. Nothing is verified here.
export function isWholeCode(digits) {
  const hex = BigInt(digits).toString(16);
  const frame = /^1d28443a10127a10441..(?:4(.)|5([0-7])|58(..))/.exec(hex);
  if (!frame) return false;
  const [head, short, middle, long] = frame;
  const payload = short ? parseInt(short, 16) : middle ? 16 + parseInt(middle, 16) : parseInt(long, 16);
  return hex.length === head.length + 2 * (payload + 2 + 64);
}
