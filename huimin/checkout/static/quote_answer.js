// A quote and a refusal in words, with the shapes of /till/quote and of a problem. The templates come
// with the offline pack (`words[language]`), so that a till says offline what the server says online.
import { money } from "./money.js";

const CHINESE_DIGITS = "零一二三四五六七八九";

// What /till/quote answers. `words` is pack.words[language], `language` zh_Hans, zh_Hant or en.
export function quoteAnswer(given, terms, words, language) {
  const { merchant_share_fen, government_share_fen, explanation, ...told } = given;
  return {
    ...told,
    explanation: explanation.map((step) => explain(step, words, language)),
    policy: policyAnswer(terms, language),
  };
}

// A policy as tills are told it.
export function policyAnswer(terms, language) {
  const names = ["id", "code", "version", "name", "rate_bp"];
  const more = ["base", "minimum_spend_fen", "rounding_unit_fen", "excluded_categories"];
  const pick = (list) => Object.fromEntries(list.map((name) => [name, terms[name]]));
  return { ...pick(names), label: terms.labels[language] ?? terms.labels.zh_Hans, ...pick(more) };
}

// One step of an explanation, to read out.
export function explain(step, words, language) {
  return filled(words.explanations[step.code], step.params, words, language);
}

// A refusal {code, params?, errors?} with the words of a problem: {code, detail, cashier_message, errors}.
export function problemOf(refusal, words, language) {
  const said = words.refusals[refusal.code] ?? words.refusals.invalid_input;
  return {
    code: refusal.code,
    detail: filled(said.detail, refusal.params ?? {}, words, language),
    cashier_message: said.cashier_message,
    errors: (refusal.errors ?? []).map((error) => ({ ...error, message: error.message ?? said.detail })),
  };
}

// 800 → "8%", 850 → "8.5%".
export function percentWords(rateBp) {
  const whole = Math.floor(rateBp / 100);
  const part = String(rateBp % 100).padStart(2, "0").replace(/0+$/, "");
  return `${whole}${part ? `.${part}` : ""}%`;
}

// 800 → 九二折, 10000 → 免费.
export function rateWords(rateBp, language = "zh_Hans") {
  if (rateBp === 10_000) return { en: "free", zh_Hant: "免費" }[language] ?? "免费";
  if (language === "en") return `${percentWords(rateBp)} off`;
  const pays = String(10_000 - rateBp).padStart(4, "0").replace(/0+$/, "");
  return `${Array.from(pays, (digit) => CHINESE_DIGITS[Number(digit)]).join("")}折`;
}

function filled(template, params, words, language) {
  const shown = {};
  for (const [name, value] of Object.entries(params)) {
    if (name.endsWith("_fen")) shown[name.slice(0, -4)] = money(value);
    else if (name === "cap") shown.cap = words.caps[value];
    else if (name === "rate_bp") shown.rate = language === "en" ? percentWords(value) : rateWords(value, language);
    else shown[name] = value;
  }
  return template.replace(/\{(\w+)\}/g, (_, name) => shown[name] ?? "—");
}
