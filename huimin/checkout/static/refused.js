// A refusal: the sentence to say aloud, the next step, and small, for the cashier, reason and code.
// Who offers more here (a claim, say) listens to `till:refused`; its `detail` is {problem, attempt}.
import { reason } from "./ask.js";
import { byId, show } from "./screen.js";
import { sound } from "./sound.js";
import { words } from "./words.js";

// What another scan mends: nobody need pay the usual price for it.
const AGAIN = ["code_stale", "code_used", "card_unreadable", "card_number_wrong"];

// `attempt` is what was tried: {card, presented_by, amount_fen, …}, as far as it had come.
export function refuse(problem, attempt = {}) {
  byId("refused-say").textContent = problem.cashier_message || problem.detail;
  byId("refused-detail").textContent = reason(problem);
  byId("refused-code").textContent = problem.code;
  byId("refused-step").textContent = step(problem);
  show("refused", byId("refused").querySelector("[data-next]"));
  sound.no();
  document.dispatchEvent(new CustomEvent("till:refused", { detail: { problem, attempt } }));
}

function step(problem) {
  if (AGAIN.includes(problem.code)) return words.scan_again;
  return problem.cashier_message ? words.pay_normally : "";
}
