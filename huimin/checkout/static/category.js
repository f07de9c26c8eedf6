// @ts-check
// Which category of goods a spelling means, by the server's own list: core/categories.py does the same.
import { SPELLED } from "./categories.js";

const CODE_OF = new Map(
  Object.entries(SPELLED).flatMap(([code, spellings]) =>
    spellings.split(" ").map((spelling) => /** @type {[string, string]} */ ([spelling, code])),
  ),
);

/**
 * A spelling without case, width, spaces, punctuation and invisible characters.
 * @param {string} text
 */
function plain(text) {
  return text
    .normalize("NFKC")
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]/gu, "");
}

/** @param {string} category */
export function knownCode(category) {
  return CODE_OF.get(plain(category)) ?? null;
}

/**
 * The code that is meant; an unknown category by its letters.
 * @param {string} category
 */
export function codeOrPlain(category) {
  return CODE_OF.get(plain(category)) ?? plain(category);
}

/**
 * Whether somebody knows the category: the list, or the policy that leaves it out.
 * @param {string} category
 * @param {string[]} excluded
 */
export function isKnown(category, excluded) {
  const spelling = plain(category);
  return (
    CODE_OF.has(spelling) || (spelling !== "" && excluded.map(codeOrPlain).includes(spelling))
  );
}
