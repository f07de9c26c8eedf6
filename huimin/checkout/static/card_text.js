// Make out what a scanner, a finger or a clipboard gave: the same as core/card_token.read_text.

const TEXT_MAX = 4_096;
const NUMBER_DIGITS = 16;
// Python's white space, and two marks without width that copying brings along.
const BLANKS = /[\t-\r\x1c-\x20\x85\xa0\u1680\u2000-\u200b\u2028\u2029\u202f\u205f\u3000\ufeff]+/g;
const ADDRESS = /^https?:\/\/[^/]{1,253}\/c\/([0-9]+)$/iu;

// Verhoeff: multiplication in the dihedral group D5, and its permutations.
const PRODUCT = [
  "0123456789", "1234067895", "2340178956", "3401289567", "4012395678",
  "5987604321", "6598710432", "7659821043", "8765932104", "9876543210",
];
const MOVED = [
  "0123456789", "1576283094", "5803796142", "8916043527",
  "9453126870", "4286573901", "2793806415", "7046913258",
];

// → {kind: "token" | "number", text}. Throws {code}: card_unreadable, card_number_wrong.
export function readText(raw) {
  if (Array.from(raw).length > TEXT_MAX) throw { code: "card_unreadable" };
  const text = raw.normalize("NFKC").replace(BLANKS, "");
  const address = ADDRESS.exec(text);
  const digits = address ? address[1] : text.replaceAll("-", "");
  if (!/^[0-9]+$/.test(digits)) throw { code: "card_unreadable" };
  if (digits.length === NUMBER_DIGITS && !address) {
    if (!isNumber(digits)) throw { code: "card_number_wrong" };
    return { kind: "number", text: digits };
  }
  // A short run of digits is a number with digits missing, not a damaged code.
  if (digits.length < 2 * NUMBER_DIGITS) throw { code: address ? "card_unreadable" : "card_number_wrong" };
  return { kind: "token", text: digits };
}

// 16 digits with a right check digit; whether the card exists is not asked.
export function isNumber(digits) {
  if (!/^[0-9]{16}$/.test(digits)) return false;
  let check = 0;
  for (let place = 0; place < digits.length; place += 1) {
    const digit = Number(digits[digits.length - 1 - place]);
    check = Number(PRODUCT[check][Number(MOVED[place % 8][digit])]);
  }
  return check === 0;
}
