// @ts-check
// The sales that were made without network, each under an id of its own before the cashier sees
// "done". A row is waiting or sent until the server's answer is written into it: accepted, duplicate
// or refused. Only what the server has acknowledged, and the cashier has seen, is ever cleared away.
import { announce } from "./leader.js";
import { done, read, write, writeSoon } from "./store.js";

/** @import { Moment } from "./clock.js" */
/** @import { Basket } from "./discount.js" */
/** @import { Stores } from "./store.js" */

/**
 * A sale as the server takes it. Its card's text is dropped when it is not needed any more; its time
 * is there from the first sending on.
 * @typedef {Basket & {
 *   client_id: string, order_no: string, card?: string, presented_by: string, identity_checked: boolean,
 *   policy_id: string, discount_fen: number, payable_fen: number, pack_issued_at: string,
 *   occurred_at?: string, device_clock_offset_ms?: number,
 * }} QueuedItem
 */
/**
 * What the server says of an item; a refused one with its reason.
 * @typedef {object} Answer
 * @property {string} client_id
 * @property {Status} status
 * @property {string} [code]
 * @property {string} [detail]
 * @property {string} [cashier_message]
 * @property {string} [bearer]
 */
/** @typedef {"waiting" | "sent" | "accepted" | "duplicate" | "refused" | "cancelled"} Status */

/**
 * @typedef {object} NewRow
 * @property {string} client_id
 * @property {QueuedItem} item
 * @property {Moment} moment
 * @property {string} copy the id of the card's copy, for its cap
 * @property {string | null} code a changing code, which is good for one sale
 * @property {string} pack_issued_at
 * @property {string} bearer who bears what can't be entered: merchant or government
 * @property {{id: string, label: string, code: string}} terminal
 */
/**
 * @typedef {NewRow & {
 *   sequence: number, status: Status, ticked: boolean, answer: Partial<Answer> | null, corrected?: boolean,
 * }} Row
 */

export const BATCH = 100;
/** @type {Status[]} */
const UNSENT = ["waiting", "sent"];
/** @type {Status[]} */
const OVER = ["accepted", "duplicate", "cancelled"];

/** @param {Row} row */
export const isUnsent = (row) => UNSENT.includes(row.status);

/**
 * All rows, in the order of the sales.
 * @returns {Promise<Row[]>}
 */
export const rows = () => read(({ queue }) => done(queue.getAll()));

/**
 * Put a sale at the queue's end, within the transaction that looked at the caps; it may not fail
 * half: when it is on the disk the sale is made, and not before.
 * @param {Stores} stores
 * @param {NewRow} sale
 * @returns {Promise<Row>}
 */
export async function append({ queue }, sale) {
  /** @type {Omit<Row, "sequence">} */
  const row = { status: "waiting", ticked: false, answer: null, ...sale };
  const sequence = /** @type {number} */ (await done(queue.add(row)));
  return { ...row, sequence };
}

/**
 * What the server has not answered for, of one terminal, the oldest first.
 * @param {string} terminalId
 */
export async function unsent(terminalId) {
  return (await rows())
    .filter((row) => isUnsent(row) && row.terminal.id === terminalId)
    .slice(0, BATCH);
}

/**
 * Before they are sent the items are as they will always be sent: the server knows a repeat by it.
 * @param {Row[]} changed
 */
export function markSent(changed) {
  return write(async ({ queue }) => {
    for (const { sequence, item, corrected } of changed) {
      /** @type {Row | undefined} */
      const row = await done(queue.get(sequence));
      if (row?.status === "waiting")
        await done(queue.put({ ...row, status: "sent", item, corrected }));
    }
  });
}

/**
 * Write the server's answers into their rows. What was refused keeps its card's text for a claim.
 * @param {Answer[]} answers
 */
export async function settleAnswers(answers) {
  await write(async ({ queue }) => {
    for (const { client_id, status, ...answer } of answers) {
      const row = await rowOf(queue, client_id);
      if (!row || !isUnsent(row)) continue;
      const item = status === "refused" ? row.item : withoutCard(row.item);
      await done(queue.put({ ...row, status, item, answer }));
    }
  });
  announce("queue");
}

/**
 * The cashier has seen to a refused sale.
 * @param {string} clientId
 */
export async function tick(clientId) {
  await write(async ({ queue }) => {
    const row = await rowOf(queue, clientId);
    if (row?.status !== "refused") return;
    await done(queue.put({ ...row, item: withoutCard(row.item), ticked: true }));
  });
  announce("queue");
}

/**
 * Take back a sale that has not been sent, if it was the last one: later ones were limited by it.
 * @param {string} clientId
 */
export async function cancel(clientId) {
  const cancelled = await write(async ({ queue }) => {
    /** @type {Row[]} */
    const all = await done(queue.getAll());
    const last = all.at(-1);
    if (last?.client_id !== clientId || last.status !== "waiting") return false;
    await done(queue.put({ ...last, item: withoutCard(last.item), status: "cancelled" }));
    return true;
  });
  announce("queue");
  return cancelled;
}

/**
 * The rows that count against the caps of a pack.
 * @param {Row[]} all
 * @param {string} packIssuedAt
 */
export const ofPack = (all, packIssuedAt) =>
  all.filter((row) => row.pack_issued_at === packIssuedAt && row.status !== "cancelled");

/**
 * Clear away what is over: acknowledged, seen, and of a pack that counts no more.
 * @param {string} packIssuedAt
 */
export function clearAway(packIssuedAt) {
  return writeSoon(async ({ queue }) => {
    /** @type {Row[]} */
    const all = await done(queue.getAll());
    for (const row of all) {
      const over = OVER.includes(row.status) || (row.status === "refused" && row.ticked);
      if (over && row.pack_issued_at !== packIssuedAt) await done(queue.delete(row.sequence));
    }
  });
}

/**
 * @param {IDBObjectStore} queue
 * @param {string} clientId
 * @returns {Promise<Row | undefined>}
 */
const rowOf = (queue, clientId) => done(queue.index("client_id").get(clientId));

/** @param {QueuedItem} item */
function withoutCard({ card: _, ...item }) {
  return item;
}
