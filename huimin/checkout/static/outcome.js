// @ts-check
// Ask the server what became of a sale that got no answer. Whoever still wants it learns whether it was
// recorded; if it was not, or is not wanted any more, its order number is closed for good.
import { ask, asProblem } from "./ask.js";
import { addresses, words } from "./words.js";

/** @import { NotedSale, Outcome } from "./unanswered.js" */

const PATIENCE_MS = 10_000;

/**
 * Null if it was recorded and only the manager may cancel it. Throws a Problem if there is no answer.
 * @param {Pick<NotedSale, "order_no" | "cancelled" | "entered">} sale
 * @returns {Promise<Outcome | null>}
 */
export async function outcomeOf(sale) {
  const recorded = sale.cancelled || sale.entered ? null : await recordedSale(sale.order_no);
  if (recorded) return { kind: recorded.left_fen ? "recorded" : "taken_back", ...sumsOf(recorded) };
  const body = { order_no: sale.order_no, reason: words.offline_unanswered };
  const patience = { wait: PATIENCE_MS, quietly: true };
  try {
    const { redemption } = await ask(addresses.cancel, body, null, patience);
    return redemption ? { kind: "taken_back", ...sumsOf(redemption) } : { kind: "cancelled" };
  } catch (thrown) {
    const problem = asProblem(thrown);
    if (problem.code === "manager_needed") return null;
    throw problem;
  }
}

/**
 * The outlet's sale with this order number.
 * @param {string} orderNo
 */
export async function recordedSale(orderNo) {
  const patience = { wait: PATIENCE_MS, quietly: true };
  const { sales } = await ask(addresses.sales, { text: orderNo }, null, patience);
  return sales.find((/** @type {{order_no: string}} */ sale) => sale.order_no === orderNo) ?? null;
}

/** @param {{receipt_no: string, payable_fen: number}} sale */
const sumsOf = ({ receipt_no, payable_fen }) => ({ receipt_no, payable_fen });
