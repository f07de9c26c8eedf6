// @ts-check
// Answers offline as the server would, with what the pack holds: signature, deny list, policy and caps.
// A sale is done once it is in the queue on disk.
import { CANCELLED } from "./ask.js";
import { readText } from "./card_text.js";
import { isExpired, isFresh, verifyToken } from "./card_token.js";
import { moment, serverTime } from "./clock.js";
import { isDenied } from "./deny_list.js";
import { offlineRoom, quote as quoteOf, requireKnownCategories } from "./discount.js";
import { announce } from "./leader.js";
import { policyOn } from "./offline_policy.js";
import { offlineProblem, wordsOf } from "./offline_words.js";
import { keptPack, whyNot } from "./pack.js";
import { append, ofPack, rows } from "./queue.js";
import { policyAnswer, quoteAnswer } from "./quote_answer.js";
import { done, write } from "./store.js";
import { forgetWithin } from "./unanswered.js";
import { language, words } from "./words.js";

/** @import { Claims } from "./card_token.js" */
/** @import { Order, QuoteAnswer, Receipt, SaleBody, Verified } from "./desk.js" */
/** @import { Basket } from "./discount.js" */
/** @import { Pack } from "./pack.js" */
/** @import { Row } from "./queue.js" */
/** @import { Stores } from "./store.js" */

/** @typedef {{digits: string, copy: string, changing: boolean}} ReadCard what a card's code proves */

const HELD_MS = 600_000; // a sale may be finished this long after its changing code was read

/** The pack. Throws a Problem if it can't be used now. */
export async function usablePack() {
  const pack = await keptPack().catch(() => null);
  const code = whyNot(pack);
  if (code) throw offlineProblem({ code }, pack);
  return /** @type {Pack} */ (pack);
}

/**
 * Work with the pack. What the rules throw, {code, params}, is rethrown as a Problem with its sentences.
 * @template Result
 * @param {(pack: Pack) => Promise<Result>} work
 */
async function withPack(work) {
  const pack = await usablePack();
  try {
    return await work(pack);
  } catch (/** @type {any} */ refusal) {
    if (refusal.detail) throw refusal;
    if (!refusal.code) console.error(refusal);
    throw offlineProblem(refusal.code ? refusal : { code: "offline_storage_failed" }, pack);
  }
}

/**
 * Check a card's code; a typed number proves nothing offline. A changing code may have been read up to
 * `heldMs` ago.
 * @param {Pack} pack
 * @param {string} text
 * @returns {Promise<ReadCard>}
 */
async function readCard(pack, text, heldMs = 0) {
  const reading = readText(text);
  if (reading.kind === "number") throw { code: "offline_code_needed" };
  const claims = await verifyToken(reading.text, { ...pack.keys, revoked: pack.revoked_keys });
  const changing = claims.issuedAt !== null;
  if (changing) requireFresh(pack, claims, heldMs);
  else if (isExpired(claims, serverTime())) throw { code: "card_expired" };
  if (isDenied(pack, claims.copyId)) throw { code: "card_denied" };
  return { digits: reading.text, copy: claims.copyId, changing };
}

/**
 * @param {Pack} pack
 * @param {Claims} claims
 * @param {number} heldMs
 */
function requireFresh(pack, claims, heldMs) {
  if (!pack.allows_changing_code) throw { code: "offline_code_needed" };
  const now = serverTime();
  if (!isFresh(claims, now) && !isFresh(claims, now - heldMs)) throw { code: "code_stale" };
}

/**
 * How much discount the caps leave for one more sale of this card copy, after these rows.
 * @param {Pack} pack
 * @param {Row[]} all
 * @param {string | null} copy
 */
export function roomLeft(pack, all, copy = null) {
  /** @param {Row[]} list */
  const used = (list) => list.reduce((sum, row) => sum + row.item.discount_fen, 0);
  const counted = ofPack(all, pack.issued_at);
  return offlineRoom(pack.caps, used(counted.filter((row) => row.copy === copy)), used(counted));
}

/**
 * @param {Pack} pack
 * @param {Basket} basket
 * @param {ReadCard} card
 * @param {Row[]} all
 */
function quoteWith(pack, basket, card, all) {
  const terms = policyOn(pack, serverTime());
  requireKnownCategories(basket, terms);
  return { terms, quoted: quoteOf(basket, terms, {}, roomLeft(pack, all, card.copy)) };
}

// The pack names no people: whoever presents a card is one of these.
const PERSONS = [
  { id: "holder", kind: "holder", name_masked: words.offline_holder, relation: "" },
  {
    id: "family_member",
    kind: "family_member",
    name_masked: words.offline_family_member,
    relation: "",
  },
];

/**
 * @param {string} text
 * @returns {Promise<Verified>}
 */
function verify(text) {
  return withPack(async (pack) => {
    await readCard(pack, text);
    const policy = policyAnswer(policyOn(pack, serverTime()), language);
    return { offline: true, may_present: PERSONS, policy };
  });
}

/**
 * @param {SaleBody} body
 * @returns {Promise<QuoteAnswer>}
 */
function quote({ card: text, ...basket }) {
  return withPack(async (pack) => {
    const card = await readCard(pack, text, HELD_MS);
    const { terms, quoted } = quoteWith(pack, basket, card, await rows());
    return quoteAnswer(quoted, terms, wordsOf(pack), language);
  });
}

/**
 * @param {Order} order
 * @param {string} key
 * @param {number | null} shownFen the discount on the cashier's screen; a different one is not given
 * @param {AbortSignal} [signal] the cashier cancelled it: then nothing is queued
 */
function redeem({ card: text, ...order }, key, shownFen, signal) {
  return withPack(async (pack) => {
    const card = await readCard(pack, text, HELD_MS);
    const row = await write(async (stores) => {
      if (signal?.aborted) throw CANCELLED;
      return sell(stores, pack, card, order, key, shownFen);
    });
    announce("queue");
    return receiptOf(row);
  });
}

/**
 * Check the caps and append the sale to the queue in one transaction, so that no other page interferes.
 * @param {Stores} stores
 * @param {Pack} pack
 * @param {ReadCard} card
 * @param {Omit<Order, "card">} order
 * @param {string} key
 * @param {number | null} shownFen
 */
async function sell(stores, pack, card, order, key, shownFen) {
  /** @type {Row[]} */
  const all = await done(stores.queue.getAll());
  const before = all.find((row) => row.client_id === key);
  if (before) return before; // confirmed twice
  if (card.changing && all.some((row) => row.code === card.digits)) throw { code: "code_used" };
  const { order_no, presented_by, identity_checked, ...basket } = order;
  const { terms, quoted } = quoteWith(pack, basket, card, all);
  if (quoted.discount_fen !== shownFen) throw { code: "offline_changed" };
  const asked = await forgetWithin(stores, order_no);
  const promised = {
    policy_id: terms.id,
    discount_fen: quoted.discount_fen,
    payable_fen: quoted.payable_fen,
  };
  return append(stores, {
    client_id: key,
    item: {
      client_id: key,
      ...{ order_no, card: card.digits, presented_by, identity_checked },
      ...basket,
      ...promised,
      pack_id: pack.id,
      pack_issued_at: pack.issued_at,
    },
    moment: moment(),
    copy: card.copy,
    code: card.changing ? card.digits : null,
    pack_issued_at: pack.issued_at,
    bearer: pack.bearer,
    terminal: pack.terminal,
    asked,
  });
}

/**
 * A receipt as far as there is one: its number comes when the server enters the sale.
 * @param {Row} row
 * @returns {Receipt}
 */
function receiptOf({ client_id, item, moment: noted }) {
  const { order_no, amount_fen, discount_fen, payable_fen } = item;
  const recorded_at = new Date(noted.told).toISOString();
  return {
    ...{ offline: true, id: null, client_id, receipt_no: words.offline_receipt, order_no },
    ...{ amount_fen, discount_fen, payable_fen, recorded_at },
  };
}

export const offlineDesk = { verify, quote, redeem };
