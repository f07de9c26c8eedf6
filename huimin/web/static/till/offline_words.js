// What is said without a network: the pack's words, which are the server's own, in the page's
// language, and for what no pack can say (there is none, the disk is full) the page's.
import { words } from "./words.js";

const language = document.documentElement.lang.replace("-", "_");

export function inLanguage(byLanguage) {
  return byLanguage?.[language] ?? byLanguage?.zh_Hans;
}

const fill = (text, params) => text.replace(/\{(\w+)\}/g, (_, name) => params[name] ?? "—");

// A refusal as the server would answer it.
export function problem(code, pack = null, params = {}) {
  const said = inLanguage(pack?.words)?.refusals[code] ?? words.offline_refusals[code] ?? words.offline_refusals.offline_storage_failed;
  return { code, detail: fill(said.detail, params), cashier_message: fill(said.cashier_message, params) };
}
