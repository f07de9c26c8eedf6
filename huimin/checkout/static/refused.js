// @ts-check
// Shows a refusal: the sentence to say aloud, the next step, and in small print the reason and code.
import { reason } from "./ask.js";
import { byId } from "./elements.js";
import { emit } from "./page_events.js";
import { show } from "./screen.js";
import { sound } from "./sound.js";
import { words } from "./words.js";

/** @import { Problem } from "./ask.js" */
/** @typedef {{card?: string, amount_fen?: number, excluded_fen?: number}} Attempt the sale, as far as it got */

// Another scan is enough after these; the customer need not pay the full price.
const SCAN_AGAIN = ["code_stale", "code_used"];
// After these the number on the card may do what its code does not.
const TYPE_NUMBER = ["card_unreadable", "card_number_wrong", "card_signature_invalid"];

/**
 * @param {Problem} problem
 * @param {Attempt} attempt
 */
export function refuse(problem, attempt) {
  byId("refused-say").textContent = problem.cashier_message || problem.detail;
  byId("refused-detail").textContent = reason(problem);
  byId("refused-code").textContent = problem.code;
  byId("refused-step").textContent = nextStep(problem);
  show("refused", "catcher");
  sound.no();
  emit("refused", { problem, attempt });
}

/** @param {Problem} problem */
function nextStep(problem) {
  if (SCAN_AGAIN.includes(problem.code)) return words.scan_again;
  if (TYPE_NUMBER.includes(problem.code)) return words.type_number;
  return problem.cashier_message ? words.pay_normally : "";
}
