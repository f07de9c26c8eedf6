// @ts-check
// Sales that were sent to the server and got no answer. Each is noted before it is sent, so that a crash or
// a reload can't hide it. As long as its page is open, that page finds out what became of it. A note whose
// page is gone is adopted by exactly one other page; one that the cashier left is settled by the leading
// page. What came of it is written into the note, and shown until somebody has read it.
import { pageId, serverTime } from "./clock.js";
import { announce } from "./leader.js";
import { ownName } from "./own_names.js";
import { done, read, write, writeSoon } from "./store.js";

/** @import { Stores } from "./store.js" */
/** @import { Till } from "./this_till.js" */

/** @typedef {{order_no: string, amount_fen?: number, till: Till | null}} AskedSale `till`: where it was asked for */
/**
 * recorded: the server has it. cancelled: it was never recorded, and never will be. taken_back: it had been
 * recorded, and was reversed.
 * @typedef {{kind: "recorded" | "cancelled" | "taken_back", receipt_no?: string, payable_fen?: number}} Outcome
 */
/**
 * @typedef {AskedSale & {
 *   page: string, asked_at: number, left: boolean, cancelled?: boolean, quiet?: boolean, entered?: boolean,
 *   outcome?: Outcome,
 * }} NotedSale
 * `left`: the cashier moved on without an answer; `cancelled`: the cashier doesn't want it any more;
 * `quiet`: nobody has to be told that it was cancelled; `entered`: it can't be cancelled without the manager
 */

const PREFIX = "asked:";
const LOCK = ownName("huimin-till-page:");
const OLD_MS = 60_000; // in a browser without locks, a note this old is nobody's
const RANGE = () => IDBKeyRange.bound(PREFIX, `${PREFIX}\uffff`);

// Held while this page is open. If it is gone, nobody waits for the sales that it sent.
const isHeld = new Promise((resolve) => {
  if (!navigator.locks) return resolve(null);
  navigator.locks.request(LOCK + pageId, () => {
    resolve(null);
    return new Promise(() => {});
  });
});

/** @param {string} orderNo */
const nameOf = (orderNo) => PREFIX + orderNo;

/**
 * If the note can't be written the sale goes on: the server has its record.
 * @param {AskedSale} sale
 * @param {Pick<NotedSale, "left" | "cancelled" | "quiet">} how
 */
const note = (sale, how) => writeSoon((stores) => noteWithin(stores, sale, how)).catch(() => {});

/**
 * Write the note in a transaction that does more.
 * @param {Stores} stores
 * @param {AskedSale} sale
 * @param {Pick<NotedSale, "left" | "cancelled" | "quiet">} how
 */
export const noteWithin = ({ kept }, sale, how) =>
  done(
    kept.put({ ...sale, ...how, page: pageId, asked_at: serverTime() }, nameOf(sale.order_no)),
  );

/** @param {AskedSale} sale */
export const noteAsked = (sale) => note(sale, { left: false });

/**
 * The cashier pressed cancel: from now on it is never sold, whatever happens to this page.
 * @param {AskedSale} sale
 */
export const noteCancelled = (sale) => note(sale, { left: false, cancelled: true });

/**
 * The cashier moved on without an answer, or needs none (`quiet`).
 * @param {AskedSale} sale
 * @param {Pick<NotedSale, "cancelled" | "quiet">} how
 */
export async function leaveAsked(sale, how) {
  await note(sale, { left: true, ...how });
  announce("lost");
}

/** @param {string} orderNo */
export const forgetAsked = (orderNo) =>
  writeSoon((stores) => forgetWithin(stores, orderNo)).catch(() => {});

/**
 * Delete the note in the transaction that appends the sale to the queue. Returns whether there was one.
 * @param {Stores} stores
 * @param {string} orderNo
 */
export async function forgetWithin({ kept }, orderNo) {
  const count = await done(kept.count(nameOf(orderNo)));
  await done(kept.delete(nameOf(orderNo)));
  return count > 0;
}

/** @returns {Promise<NotedSale[]>} */
const all = () => read(({ kept }) => done(kept.getAll(RANGE())));

/**
 * Take over the sales whose page is gone, as this page's own; `left` where the leading page settles them.
 * @param {boolean} left
 */
export async function adoptOrphans(left) {
  await isHeld;
  const locks = navigator.locks ? ((await navigator.locks.query()).held ?? []) : null;
  const open = locks?.map((lock) => lock.name);
  const isOrphan = (/** @type {NotedSale} */ sale) =>
    !sale.left &&
    !sale.outcome &&
    sale.page !== pageId &&
    (open ? !open.includes(LOCK + sale.page) : serverTime() - sale.asked_at > OLD_MS);
  return write(async ({ kept }) => {
    /** @type {NotedSale[]} */
    const noted = await done(kept.getAll(RANGE()));
    const adopted = noted.filter(isOrphan).map((sale) => ({ ...sale, page: pageId, left }));
    for (const sale of adopted) await done(kept.put(sale, nameOf(sale.order_no)));
    return adopted;
  });
}

/** The sales that the leading page has to settle, including those that only the manager can cancel. */
export const leftSales = async () => (await all()).filter((sale) => sale.left && !sale.outcome);

/**
 * Add to the note of a sale, and show it. One that the cashier has settled while the server was asked stays
 * settled.
 * @param {NotedSale} sale
 * @param {Partial<NotedSale>} news
 */
async function addToNote({ order_no }, news) {
  const isAdded = await write(async ({ kept }) => {
    /** @type {NotedSale | undefined} */
    const noted = await done(kept.get(nameOf(order_no)));
    if (noted) await done(kept.put({ ...noted, ...news }, nameOf(order_no)));
    return Boolean(noted);
  });
  if (isAdded) announce("entered");
}

/**
 * The sale had been entered, and only the manager may cancel it: from now on it is shown.
 * @param {NotedSale} sale
 */
export async function noteEntered(sale) {
  if (!sale.entered) await addToNote(sale, { left: true, entered: true });
}

/**
 * What became of a sale that the cashier left: it stays in the list until it was read.
 * @param {NotedSale} sale
 * @param {Outcome} outcome
 */
export async function noteOutcome(sale, outcome) {
  if (sale.quiet) return forgetAsked(sale.order_no);
  await addToNote(sale, { outcome });
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

/** Those that the cashier left: without an answer yet, or with one that nobody has read. */
export const openSalesLeft = async () =>
  (await all()).filter((sale) => sale.left && !sale.entered && !sale.quiet);

/**
 * It was reversed, or the cashier has dealt with it.
 * @param {string} orderNo
 */
export async function settleEntered(orderNo) {
  await forgetAsked(orderNo);
  announce("entered");
}
