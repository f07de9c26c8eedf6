// @ts-check
// Puts a quote and a refusal into words, as /till/quote and the server's problems do. The sentences come
// with the offline pack, so that a till says the same offline and online.
import { money } from "./money.js";

/** @import { Problem } from "./ask.js" */
/** @import { Step, Terms, quote } from "./discount.js" */

/**
 * The sentences of one language (checkout/offline/words.py); `{name}` is filled in.
 * @typedef {object} PackWords
 * @property {Record<string, string>} explanations by the code of a step
 * @property {Record<string, string>} caps by name
 * @property {string} [free] the rate of 100 %; a pack taken before it was among them has none
 * @property {Record<string, {detail: string, cashier_message: string}>} refusals by code
 */
/**
 * What a rule throws.
 * @typedef {object} Refusal
 * @property {string} code
 * @property {Record<string, any>} [params] for its sentence
 * @property {{field: string, message?: string}[]} [errors]
 */

const CHINESE_DIGITS = "零一二三四五六七八九";

/**
 * What /till/quote answers.
 * @param {ReturnType<typeof quote>} quoted
 * @param {Terms} terms
 * @param {PackWords} packWords
 * @param {string} language zh_Hans, zh_Hant or en
 */
export function quoteAnswer(quoted, terms, packWords, language) {
  const { merchant_share_fen, government_share_fen, explanation, ...figures } = quoted;
  return {
    ...figures,
    explanation: explanation.map((step) => explain(step, packWords, language)),
    policy: policyAnswer(terms, language),
  };
}

/**
 * A policy as the server describes it to tills.
 * @param {Terms} terms
 * @param {string} language
 */
export function policyAnswer(terms, language) {
  const { id, code, version, name, rate_bp } = terms;
  const { base, minimum_spend_fen, rounding_unit_fen, excluded_categories } = terms;
  const label = terms.labels[language] ?? terms.labels.zh_Hans;
  const limits = { minimum_spend_fen, rounding_unit_fen, excluded_categories };
  return { id, code, version, name, rate_bp, label, base, ...limits };
}

/**
 * One step of an explanation, to be read aloud.
 * @param {Step} step
 * @param {PackWords} packWords
 * @param {string} language
 */
export function explain(step, packWords, language) {
  return filled(packWords.explanations[step.code], step.params, packWords, language);
}

/**
 * A refusal as a Problem with its sentences.
 * @param {Refusal} refusal
 * @param {PackWords} packWords
 * @param {string} language
 * @returns {Problem}
 */
export function problemOf(refusal, packWords, language) {
  const sentences = packWords.refusals[refusal.code] ?? packWords.refusals.invalid_input;
  return {
    code: refusal.code,
    detail: filled(sentences.detail, refusal.params ?? {}, packWords, language),
    cashier_message: sentences.cashier_message,
    errors: (refusal.errors ?? []).map((error) => ({
      ...error,
      message: error.message ?? sentences.detail,
    })),
  };
}

/**
 * 800 → "8%", 850 → "8.5%".
 * @param {number} rateBp
 */
export function percentWords(rateBp) {
  const whole = Math.floor(rateBp / 100);
  const part = String(rateBp % 100)
    .padStart(2, "0")
    .replace(/0+$/, "");
  return `${whole}${part ? `.${part}` : ""}%`;
}

/**
 * 800 → 九二折, 10000 → 免费.
 * @param {number} rateBp
 * @param {string} language
 * @param {string} [free] the pack's word for 100 %
 */
export function rateWords(rateBp, language, free = "100%") {
  if (rateBp === 10_000) return free;
  if (language === "en") return `${percentWords(rateBp)} off`;
  const pays = String(10_000 - rateBp)
    .padStart(4, "0")
    .replace(/0+$/, "");
  return `${Array.from(pays, (digit) => CHINESE_DIGITS[Number(digit)]).join("")}折`;
}

/**
 * @param {string} template
 * @param {Record<string, any>} params
 * @param {PackWords} packWords
 * @param {string} language
 */
function filled(template, params, packWords, language) {
  /** @type {Record<string, string>} */
  const shown = {};
  for (const [name, value] of Object.entries(params)) {
    if (name.endsWith("_fen")) shown[name.slice(0, -4)] = money(value);
    else if (name === "cap") shown.cap = packWords.caps[value];
    else if (name === "rate_bp") {
      shown.rate = language === "en" ? percentWords(value) : rateWords(value, language, packWords.free);
    } else shown[name] = value;
  }
  return template.replace(/\{(\w+)\}/g, (_, name) => shown[name] ?? "—");
}
