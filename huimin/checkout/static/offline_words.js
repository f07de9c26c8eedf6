// @ts-check
// What is said without a network: the pack's words, which are the server's own, in the page's
// language; and for what no pack can say (there is none, the disk is full) the page's.
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
  if (pack && wordsOf(pack).refusals[refusal.code])
    return problemOf(refusal, wordsOf(pack), language);
  const own = words.offline_refusals;
  return { code: refusal.code, ...(own[refusal.code] ?? own.offline_storage_failed) };
}
