// @ts-check
// Sentences while offline, in the page's language. They come with the pack, from the server's own table;
// the page has its own for what a pack can't cover (there is none, the disk is full).
import { problemOf } from "./quote_answer.js";
import { language, words } from "./words.js";

/** @import { Problem } from "./ask.js" */
/** @import { Pack } from "./pack.js" */
/** @import { PackWords, Refusal } from "./quote_answer.js" */

/**
 * @param {Pack} pack
 * @returns {PackWords}
 */
export const wordsOf = (pack) => pack.words[language] ?? pack.words.zh_Hans;

/**
 * A refusal as the server would answer it.
 * @param {Refusal} refusal
 * @param {Pack | null} pack
 * @returns {Problem}
 */
export function offlineProblem(refusal, pack = null) {
  if (pack && wordsOf(pack).refusals[refusal.code]) {
    return problemOf(refusal, wordsOf(pack), language);
  }
  const own = words.offline_refusals;
  return { code: refusal.code, ...(own[refusal.code] ?? own.offline_storage_failed) };
}

/**
 * What came of taking a sale back.
 * @param {"unsent" | "cancelling" | null} how
 */
export function undoneSays(how) {
  if (how === "unsent") return words.offline_undone_unsent;
  return how ? words.offline_undone_cancelling : words.offline_undone_answered;
}
