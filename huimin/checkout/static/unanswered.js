// @ts-check
// Sales that were sent to the server and got no answer. Each is noted before it is sent, so that a crash
// can't hide it. Once nobody waits for it any more it is cancelled at the server by its order number, and
// the customer's next scan is a new sale. If it had been entered and only the manager may cancel it, the
// note stays until somebody has dealt with it.
import { pageId, serverTime } from "./clock.js";
import { announce } from "./leader.js";
import { done, read, write, writeSoon } from "./store.js";

/** @import { Stores } from "./store.js" */
/** @import { Till } from "./this_till.js" */

/** @typedef {{order_no: string, amount_fen?: number, till: Till | null}} AskedSale `till`: where it was asked for */
/**
 * @typedef {AskedSale & {page: string, asked_at: number, left: boolean, entered?: boolean}} NotedSale
 * `left`: the cashier moved on without an answer; `entered`: the server has it all the same
 */

const PREFIX = "asked:";
const LOCK = "huimin-till-page:";
const RANGE = () => IDBKeyRange.bound(PREFIX, `${PREFIX}\uffff`);

// Held while this page is open. If it is gone, nobody waits for the sales that it sent.
navigator.locks?.request(LOCK + pageId, () => new Promise(() => {}));

/** @param {string} orderNo */
const nameOf = (orderNo) => PREFIX + orderNo;

/**
 * If the note can't be written the sale goes on: the server has its record.
 * @param {AskedSale} sale
 * @param {boolean} left
 */
const note = (sale, left) =>
  writeSoon(({ kept }) =>
    done(kept.put({ ...sale, page: pageId, left, asked_at: serverTime() }, nameOf(sale.order_no))),
  ).catch(() => {});

/** @param {AskedSale} sale */
export const noteAsked = (sale) => note(sale, false);

/**
 * The cashier moved on without an answer.
 * @param {AskedSale} sale
 */
export const leaveAsked = (sale) => note(sale, true);

/** @param {string} orderNo */
export const forgetAsked = (orderNo) =>
  writeSoon((stores) => forgetWithin(stores, orderNo)).catch(() => {});

/**
 * Delete the note in the transaction that appends the sale to the queue.
 * @param {Stores} stores
 * @param {string} orderNo
 */
export const forgetWithin = ({ kept }, orderNo) => done(kept.delete(nameOf(orderNo)));

/** @returns {Promise<NotedSale[]>} */
const all = () => read(({ kept }) => done(kept.getAll(RANGE())));

/** The sales that nobody waits for any more, including those known to be entered. */
export async function leftSales() {
  const noted = await all();
  if (!noted.length) return [];
  const locks = navigator.locks ? ((await navigator.locks.query()).held ?? []) : [];
  const names = locks.map((lock) => lock.name);
  return noted.filter((sale) => sale.left || !names.includes(LOCK + sale.page));
}

/**
 * The sale had been entered, and only the manager may cancel it: from now on it is shown.
 * @param {string} orderNo
 */
export async function noteEntered(orderNo) {
  const changed = await write(async ({ kept }) => {
    /** @type {Partial<NotedSale> | undefined} */
    const sale = await done(kept.get(nameOf(orderNo)));
    if (!sale || sale.entered) return false;
    await done(
      kept.put({ asked_at: serverTime(), ...sale, left: true, entered: true }, nameOf(orderNo)),
    );
    return true;
  });
  if (changed) announce("entered");
}

/**
 * Whether the sale is another outlet's. Order numbers belong to an outlet: at another one's till the
 * sale can be neither cancelled nor found.
 * @param {NotedSale} sale
 * @param {string | undefined} outletId
 */
export const isElsewhere = (sale, outletId) =>
  Boolean(sale.till && outletId && sale.till.outlet !== outletId);

export const enteredSales = async () => (await all()).filter((sale) => sale.entered);

/**
 * It was reversed, or the cashier has dealt with it.
 * @param {string} orderNo
 */
export async function settleEntered(orderNo) {
  await forgetAsked(orderNo);
  announce("entered");
}
