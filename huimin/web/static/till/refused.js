// A refusal: the sentence to say aloud, and small, for the cashier, the reason and its code.
import { reason } from "./ask.js";
import { byId, show } from "./screen.js";

export function refuse(problem) {
  byId("refused-say").textContent = problem.cashier_message || problem.detail;
  byId("refused-detail").textContent = reason(problem);
  byId("refused-code").textContent = problem.code;
  show("refused", byId("refused").querySelector("[data-next]"));
}
