// @ts-check
// The sales made offline, each stored under its own id before the cashier sees "done". A row is waiting
// or sent until the server's answer is written into it: accepted, duplicate, refused, or undecided while
// people at the office decide. A row is deleted only after the server has acknowledged it and, if it was
// refused, the cashier has ticked it off.
import { announce } from "./leader.js";
import { done, read, write, writeSoon } from "./store.js";
import { thisTill } from "./this_till.js";
import { noteWithin } from "./unanswered.js";

/** @import { Moment } from "./clock.js" */
/** @import { Basket } from "./discount.js" */
/** @import { Stores } from "./store.js" */

/**
 * A sale as it is sent. The card's code is removed once it is no longer needed; the time is set when the
 * sale is first sent.
 * @typedef {Basket & {
 *   client_id: string, order_no: string, card?: string, presented_by: string, identity_checked: boolean,
 *   policy_id: string, discount_fen: number, payable_fen: number,
 *   pack_id?: string, pack_issued_at: string,
 *   occurred_at?: string, device_clock_offset_ms?: number,
 * }} QueuedItem
 */
/**
 * The server's answer for an item; with the reason if it is refused.
 * @typedef {object} Answer
 * @property {string} client_id
 * @property {"accepted" | "duplicate" | "refused" | "waiting"} status waiting: for people's decision
 * @property {string} [code]
 * @property {string} [detail]
 * @property {string} [cashier_message]
 * @property {string} [bearer]
 */
/**
 * waiting: to be sent. undecided: the server has it, and people decide whether it is entered.
 * @typedef {"waiting" | "sent" | "accepted" | "duplicate" | "refused" | "undecided" | "cancelled"} Status
 */

/**
 * @typedef {object} NewRow
 * @property {string} client_id
 * @property {QueuedItem} item
 * @property {Moment} moment
 * @property {string} copy the id of the card copy, for the cap per card
 * @property {string | null} code a changing code, which can be used once
 * @property {string} pack_issued_at
 * @property {string} bearer who bears a discount that can't be entered: merchant or government
 * @property {{id: string, label: string, code: string}} terminal
 * @property {boolean} [asked] whether the server was asked first, and may have it all the same
 */
/**
 * @typedef {NewRow & {
 *   sequence: number, status: Status, ticked: boolean, answer: Partial<Answer> | null, corrected?: boolean,
 *   withdrawn?: boolean,
 * }} Row
 * `withdrawn`: the cashier took it back after later sales, or when the server may have had it
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
 * Append a sale, within the transaction that checked the caps. The sale is made once that transaction is
 * on disk.
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
 * A batch of one terminal's rows that the server has not answered for, oldest first.
 * @param {string} terminalId
 */
export async function unsent(terminalId) {
  return (await rows())
    .filter((row) => isUnsent(row) && row.terminal.id === terminalId)
    .slice(0, BATCH);
}

/** How many sales this browser has not yet had an answer for, of any terminal, and their amounts in fen. */
export async function owed() {
  const waiting = (await rows()).filter(isUnsent);
  return {
    count: waiting.length,
    fen: waiting.reduce((sum, row) => sum + row.item.amount_fen, 0),
  };
}

/**
 * One terminal's rows on which people had not decided when they were last sent; sent again, the server
 * says what was decided meanwhile.
 * @param {string} terminalId
 */
export async function undecided(terminalId) {
  return (await rows())
    .filter((row) => row.status === "undecided" && row.terminal.id === terminalId)
    .slice(0, BATCH);
}

/**
 * Store the items as they are about to be sent. They stay so: the server recognises a repeat by it.
 * @param {Row[]} changed
 */
export function markSent(changed) {
  return write(async ({ queue }) => {
    for (const { sequence, item, corrected } of changed) {
      /** @type {Row | undefined} */
      const row = await done(queue.get(sequence));
      if (row?.status === "waiting") {
        await done(queue.put({ ...row, status: "sent", item, corrected }));
      }
    }
  });
}

/**
 * Write the server's answers into their rows. A refused one keeps its card's code, for a claim, and an
 * undecided one, because it is sent again.
 * @param {Answer[]} answers
 */
export async function settleAnswers(answers) {
  await write(async ({ queue }) => {
    for (const { client_id, status: answered, ...answer } of answers) {
      const row = await rowOf(queue, client_id);
      if (!row || !(isUnsent(row) || row.status === "undecided")) continue;
      const status = row.withdrawn ? "cancelled" : answered === "waiting" ? "undecided" : answered;
      const isKept = status === "refused" || status === "undecided";
      const item = isKept ? row.item : withoutCard(row.item);
      await done(queue.put({ ...row, status, item, answer }));
    }
  });
  announce("queue");
}

/**
 * The cashier has dealt with a refused sale.
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
 * Take a sale back. If it is the last one and was never sent, it is not sent. Any other counted against the
 * caps of later ones, or may be with the server. Wherever the server was asked, the order is cancelled there,
 * so that it is not entered however it arrives, and reversed if it had been. Null if the server has
 * answered for it.
 * @param {string} clientId
 * @returns {Promise<"unsent" | "cancelling" | null>}
 */
export async function takeBack(clientId) {
  const till = await thisTill();
  const how = await write(async (stores) => {
    const { queue } = stores;
    /** @type {Row[]} */
    const all = await done(queue.getAll());
    const row = all.find((one) => one.client_id === clientId);
    if (!row || row.withdrawn || !(isUnsent(row) || row.status === "undecided")) return null;
    const { order_no, amount_fen } = row.item;
    if (row.status === "waiting" && row === all.at(-1)) {
      await done(queue.put({ ...row, item: withoutCard(row.item), status: "cancelled" }));
      if (!row.asked) return "unsent";
    } else {
      await done(queue.put({ ...row, withdrawn: true }));
    }
    await noteWithin(stores, { order_no, amount_fen, till }, { left: true, cancelled: true });
    return "cancelling";
  });
  announce("queue");
  if (how) announce("lost");
  return how;
}

/**
 * The rows that count against the caps of a pack; the server counts a withdrawn one too.
 * @param {Row[]} all
 * @param {string} packIssuedAt
 */
export const ofPack = (all, packIssuedAt) =>
  all.filter(
    (row) =>
      row.pack_issued_at === packIssuedAt && (row.status !== "cancelled" || row.withdrawn),
  );

/**
 * Delete rows that are settled and no longer count against the caps of the current pack.
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
