// @ts-check
// Sales that the server was asked for and has not answered. Each is noted before it is asked, so
// that a crash can't leave one behind unseen: what got no answer and isn't on a screen any more is
// cancelled at the server by its order number, and the customer's next scan is a new sale. One that
// proves to be entered and that only the manager may take back stays noted until a person has seen
// to it.
import { pageId, serverTime } from "./clock.js";
import { announce } from "./leader.js";
import { done, read, write, writeSoon } from "./store.js";

/** @import { Stores } from "./store.js" */
/** @import { Till } from "./this_till.js" */

/** @typedef {{order_no: string, amount_fen?: number, till: Till | null}} AskedSale `till`: where it was asked for */
/**
 * @typedef {AskedSale & {page: string, asked_at: number, left: boolean, entered?: boolean}} NotedSale
 * `left`: the cashier went on without an answer; `entered`: the server has it all the same
 */

const PREFIX = "asked:";
const LOCK = "huimin-till-page:";
const RANGE = () => IDBKeyRange.bound(PREFIX, `${PREFIX}\uffff`);

// Held as long as this page lives; a page that is gone can't finish what it asked.
navigator.locks?.request(LOCK + pageId, () => new Promise(() => {}));

/** @param {string} orderNo */
const nameOf = (orderNo) => PREFIX + orderNo;

/**
 * Online the server's record is enough, should the note not be written.
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
 * The cashier went on without an answer.
 * @param {AskedSale} sale
 */
export const leaveAsked = (sale) => note(sale, true);

/** @param {string} orderNo */
export const forgetAsked = (orderNo) =>
  writeSoon((stores) => forgetWithin(stores, orderNo)).catch(() => {});

/**
 * Forget it in the transaction that puts the sale into the queue.
 * @param {Stores} stores
 * @param {string} orderNo
 */
export const forgetWithin = ({ kept }, orderNo) => done(kept.delete(nameOf(orderNo)));

/** @returns {Promise<NotedSale[]>} */
const all = () => read(({ kept }) => done(kept.getAll(RANGE())));

/** The sales that nobody waits for any more, those that proved to be entered among them. */
export async function leftSales() {
  const noted = await all();
  if (!noted.length) return [];
  const locks = navigator.locks ? ((await navigator.locks.query()).held ?? []) : [];
  const names = locks.map((lock) => lock.name);
  return noted.filter((sale) => sale.left || !names.includes(LOCK + sale.page));
}

/**
 * It was entered after all, and stays so until the manager takes it back: from now on it is shown.
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
 * An order number is its outlet's own: at another outlet's till this sale can be neither cancelled
 * nor found.
 * @param {NotedSale} sale
 * @param {string | undefined} outletId
 */
export const isElsewhere = (sale, outletId) =>
  Boolean(sale.till && outletId && sale.till.outlet !== outletId);

export const enteredSales = async () => (await all()).filter((sale) => sale.entered);

/**
 * It is taken back, or the cashier has seen to it.
 * @param {string} orderNo
 */
export async function settleEntered(orderNo) {
  await forgetAsked(orderNo);
  announce("entered");
}
