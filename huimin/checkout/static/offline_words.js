// What is said without a network: the pack's words, which are the server's own, in the page's
// language; and for what no pack can say (there is none, the disk is full) the page's.
import { problemOf } from "./quote_answer.js";
import { words } from "./words.js";

export const language = document.documentElement.lang.replace("-", "_");

export const wordsOf = (pack) => pack.words[language] ?? pack.words.zh_Hans;

// A refusal {code, params?} as the server would answer it.
export function problem(refusal, pack = null) {
  if (pack && wordsOf(pack).refusals[refusal.code]) return problemOf(refusal, wordsOf(pack), language);
  return { code: refusal.code, ...(words.offline_refusals[refusal.code] ?? words.offline_refusals.offline_storage_failed) };
}
