// @ts-check
// Answers online, by asking the server.
import { ask } from "./ask.js";
import { addresses } from "./words.js";

/** @import { Patience } from "./ask.js" */
/** @import { Order, QuoteAnswer, Receipt, SaleBody, Verified } from "./desk.js" */

export const serverDesk = {
  /**
   * @param {string} card
   * @param {Patience} patience
   * @returns {Promise<Verified>}
   */
  verify: (card, patience) => ask(addresses.verify, { card }, null, patience),

  /**
   * @param {SaleBody} body
   * @param {Patience} patience
   * @returns {Promise<QuoteAnswer>}
   */
  quote: (body, patience) => ask(addresses.quote, body, null, patience),

  /**
   * @param {Order} order
   * @param {string} key
   * @param {Patience} patience
   * @returns {Promise<Receipt>}
   */
  redeem: (order, key, patience) => ask(addresses.redeem, order, key, patience),
};
