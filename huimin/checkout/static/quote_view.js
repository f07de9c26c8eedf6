// @ts-check
// Draws the quote of the amount that is typed, or why there is none.
import { byId, element } from "./elements.js";
import { money } from "./money.js";
import { words } from "./words.js";

/** @import { QuoteAnswer } from "./desk.js" */

/** @param {string} sentence */
export function showProblem(sentence) {
  byId("quote-problem").textContent = sentence;
  byId("quote-problem").hidden = !sentence;
}

/**
 * @param {QuoteAnswer | null} quote
 * @param {string} problem why there is none
 */
export function drawQuote(quote, problem = "") {
  byId("quote").hidden = !quote;
  showProblem(problem);
  byId("confirm").disabled = !quote;
  byId("confirm-says").textContent = quote
    ? `${words.confirm} ${money(quote.payable_fen)}`
    : words.confirm.split(/[，,]/)[0];
  if (!quote) return;
  byId("quote-amount").textContent = money(quote.amount_fen);
  byId("quote-discount").textContent = money(-quote.discount_fen);
  byId("quote-payable").textContent = money(quote.payable_fen);
  // The first and last step (price, sum to pay) are shown above already.
  byId("why").textContent = quote.explanation.slice(1, -1).join(" ") || words.why;
  byId("explanation").replaceChildren(
    ...quote.explanation.map((text) => element("li", { textContent: text })),
  );
}
