// @ts-check
// The number of a card: sixteen digits, the last of them a Verhoeff check digit (core/card_number.py).

export const NUMBER_DIGITS = 16;

// Multiplication in the dihedral group D5, and its permutations by position.
const PRODUCTS = [
  ..."0123456789 1234067895 2340178956 3401289567 4012395678".split(" "),
  ..."5987604321 6598710432 7659821043 8765932104 9876543210".split(" "),
];
const PERMUTATIONS = [
  ..."0123456789 1576283094 5803796142 8916043527".split(" "),
  ..."9453126870 4286573901 2793806415 7046913258".split(" "),
];

/**
 * Whether these are 16 digits with the right check digit. It says nothing about whether the card exists.
 * @param {string} digits
 */
export function isCardNumber(digits) {
  if (!/^[0-9]{16}$/.test(digits)) return false;
  let check = 0;
  for (let position = 0; position < digits.length; position += 1) {
    const digit = Number(digits[digits.length - 1 - position]);
    check = Number(PRODUCTS[check][Number(PERMUTATIONS[position % 8][digit])]);
  }
  return check === 0;
}
