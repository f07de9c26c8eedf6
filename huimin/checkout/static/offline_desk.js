// The desk that answers without a network, as the server would with what the pack knows: signature,
// deny list, policy, caps. A sale is done when it is in the queue on the disk, and not before.
import { nameOf } from "./asked.js";
import { readText } from "./card_text.js";
import { isExpired, isFresh, verifyToken } from "./card_token.js";
import { moment, serverTime } from "./clock.js";
import { isDenied } from "./deny_list.js";
import { offlineRoom, quote as quoteOf } from "./discount.js";
import { announce } from "./leader.js";
import { policyOn } from "./offline_policy.js";
import { language, problem, wordsOf } from "./offline_words.js";
import { keptPack, whyNot } from "./pack.js";
import { append, ofPack, rows } from "./queue.js";
import { policyAnswer, quoteAnswer } from "./quote_answer.js";
import { done, write } from "./store.js";
import { words } from "./words.js";

const HELD_MS = 600_000; // how long a till that read a changing code may finish its sale

// The pack, if it may be used now; a problem is thrown where not.
export async function usablePack() {
  const pack = await keptPack().catch(() => null);
  const code = whyNot(pack);
  if (code) throw problem({ code }, pack);
  return pack;
}

// The rules throw {code, params}; what is thrown on is a problem with its words.
async function inWords(pack, work) {
  try {
    return await work();
  } catch (refusal) {
    if (refusal.detail) throw refusal;
    if (!refusal.code) console.error(refusal);
    throw problem(refusal.code ? refusal : { code: "offline_storage_failed" }, pack);
  }
}

// What the card's code proves: {digits, copy, changing}. A number that was typed proves nothing.
// `heldMs` is what may lie between the reading of a changing code and now.
async function look(pack, text, heldMs = 0) {
  const reading = readText(text);
  if (reading.kind === "number") throw { code: "offline_code_needed" };
  const claims = await verifyToken(reading.text, pack.keys);
  const changing = claims.issuedAt !== null;
  if (changing) requireFresh(pack, claims, heldMs);
  else if (isExpired(claims, serverTime())) throw { code: "card_expired" };
  if (isDenied(pack, claims.copyId)) throw { code: "card_denied" };
  return { digits: reading.text, copy: claims.copyId, changing };
}

function requireFresh(pack, claims, heldMs) {
  if (!pack.allows_changing_code) throw { code: "offline_code_needed" };
  const now = serverTime();
  if (!isFresh(claims, now) && !isFresh(claims, now - heldMs)) throw { code: "code_stale" };
}

// How much discount the caps leave to one more sale after these rows.
export function roomLeft(pack, all, copy = null) {
  const used = (list) => list.reduce((sum, row) => sum + row.item.discount_fen, 0);
  const under = ofPack(all, pack.issued_at);
  return offlineRoom(pack.caps, used(under.filter((row) => row.copy === copy)), used(under));
}

function give(pack, basket, card, all) {
  const terms = policyOn(pack, serverTime());
  return { terms, given: quoteOf(basket, terms, {}, roomLeft(pack, all, card.copy)) };
}

async function verify(text) {
  const pack = await usablePack();
  return inWords(pack, async () => {
    await look(pack, text);
    const terms = policyOn(pack, serverTime());
    const person = (kind) => ({ id: kind, kind, name_masked: words[`offline_${kind}`], relation: "" });
    return {
      offline: true,
      card: { number: null, state: "active" },
      may_present: [person("holder"), person("family_member")],
      policy: policyAnswer(terms, language),
    };
  });
}

async function quote({ card: text, ...basket }) {
  const pack = await usablePack();
  return inWords(pack, async () => {
    const { terms, given } = give(pack, basket, await look(pack, text, HELD_MS), await rows());
    return quoteAnswer(given, terms, wordsOf(pack), language);
  });
}

// `shownFen` is the discount that the cashier has on the screen: no other one is confirmed.
async function redeem({ card: text, order_no, presented_by, identity_checked, ...basket }, key, shownFen) {
  const pack = await usablePack();
  return inWords(pack, async () => {
    const card = await look(pack, text, HELD_MS);
    const sold = { order_no, card: card.digits, presented_by, identity_checked, ...basket };
    const row = await write((stores) => sell(stores, pack, card, sold, key, shownFen));
    announce("queue");
    return receiptOf(row);
  });
}

// Look at the caps and put the sale into the queue, at one go: no other page can come between.
async function sell(stores, pack, card, sold, key, shownFen) {
  const all = await done(stores.queue.getAll());
  const before = all.find((row) => row.client_id === key);
  if (before) return before; // confirmed twice
  if (card.changing && all.some((row) => row.code === card.digits)) throw { code: "code_used" };
  const { order_no, presented_by, identity_checked, card: _, ...basket } = sold;
  const { terms, given } = give(pack, basket, card, all);
  if (given.discount_fen !== shownFen) throw { code: "offline_changed" };
  await done(stores.kept.delete(nameOf(order_no)));
  const promised = { policy_id: terms.id, discount_fen: given.discount_fen, payable_fen: given.payable_fen };
  return append(stores, {
    client_id: key,
    item: { client_id: key, ...sold, ...promised, pack_issued_at: pack.issued_at },
    moment: moment(),
    copy: card.copy,
    code: card.changing ? card.digits : null,
    pack_issued_at: pack.issued_at,
    bearer: pack.bearer,
    terminal: pack.terminal,
  });
}

// As much of a receipt as there can be: its number is given when the server enters the sale.
function receiptOf({ client_id, item, moment }) {
  const { order_no, amount_fen, discount_fen, payable_fen } = item;
  const recorded_at = new Date(moment.told).toISOString();
  return { offline: true, id: null, client_id, receipt_no: words.offline_receipt, order_no, amount_fen, discount_fen, payable_fen, recorded_at };
}

export const offlineDesk = { verify, quote, redeem };
