// The desk that answers without a network, as the server would with what the pack knows: signature,
// deny list, policy, caps. A sale is done when it is in the queue on the disk, and not before.
import { nameOf } from "./asked.js";
import { readText } from "./card_text.js";
import { verifyToken } from "./card_token.js";
import { moment, serverTime } from "./clock.js";
import { isDenied } from "./deny_list.js";
import { explain, quote as quoteOf } from "./discount.js";
import { announce } from "./leader.js";
import { inLanguage, problem } from "./offline_words.js";
import { keptPack, policyAt, whyNot } from "./pack.js";
import { append, ofPack, rows } from "./queue.js";
import { done, write } from "./store.js";
import { words } from "./words.js";

const STEP_MS = 60_000; // of a changing code
const HELD_MS = 600_000; // how long a till that read one may finish its sale

// The pack, if it may be used now; a problem is thrown where not.
export async function usablePack() {
  const pack = await keptPack();
  const why = whyNot(pack);
  if (why) throw problem(why, pack);
  return pack;
}

// What the card's code proves: {digits, copy, changing}. A number that was typed proves nothing.
async function look(pack, text) {
  const reading = refusing(pack, () => readText(text));
  if (reading.kind === "number") throw problem("offline_code_needed", pack);
  let claims;
  try {
    claims = await verifyToken(reading.text, pack.keys);
  } catch (error) {
    throw problem(error.code || "card_signature_invalid", pack);
  }
  const now = serverTime();
  const changing = claims.issuedAt !== null && claims.issuedAt !== undefined;
  if (changing) requireFresh(pack, claims.issuedAt * 1000, now);
  else if (claims.expiresAt * 1000 <= now) throw problem("card_expired", pack);
  if (isDenied(pack, claims.copyId)) throw problem("card_denied", pack);
  return { digits: reading.text, copy: claims.copyId, changing };
}

function requireFresh(pack, issued, now) {
  if (!pack.allows_changing_code) throw problem("offline_code_needed", pack);
  const age = now - issued;
  // The code was read a while before the sale is confirmed: the server allows ten minutes for it.
  if (age < -STEP_MS || age >= 2 * STEP_MS + HELD_MS) throw problem("code_stale", pack);
}

function policyNow(pack) {
  const policy = policyAt(pack, serverTime());
  if (!policy || !policy.offline) throw problem(policy ? "offline_not_allowed" : "no_policy", pack);
  return policy;
}

// Run a rule; the refusal that it throws, {code, params}, is thrown in words.
function refusing(pack, rule) {
  try {
    return rule();
  } catch (error) {
    if (!error.code || error.detail) throw error;
    throw problem(error.code, pack, error.params);
  }
}

// How much discount the caps leave to one more sale after these rows.
export function roomLeft(pack, all, copy = null) {
  const used = (list) => list.reduce((sum, row) => sum + row.item.discount_fen, 0);
  const under = ofPack(all, pack.issued_at);
  return {
    redemption_fen: pack.caps.redemption_fen,
    card_fen: Math.max(pack.caps.card_fen - used(under.filter((row) => row.copy === copy)), 0),
    terminal_fen: Math.max(pack.caps.terminal_fen - used(under), 0),
  };
}

function give(pack, body, card, all) {
  const policy = policyNow(pack);
  const { card: _, ...basket } = body;
  const given = refusing(pack, () => quoteOf(basket, policy, {}, roomLeft(pack, all, card.copy)));
  const said = inLanguage(pack.words);
  const explanation = given.explanation.map((step) => explain(step, said));
  return { ...given, explanation, policy: { ...policy, label: inLanguage(policy.labels) } };
}

async function verify(text) {
  const pack = await usablePack();
  await look(pack, text);
  const policy = policyNow(pack);
  const person = (kind) => ({ id: kind, kind, name_masked: words[`offline_${kind}`], relation: "" });
  return {
    offline: true,
    card: { number: null, state: "active" },
    may_present: [person("holder"), person("family_member")],
    policy: { ...policy, label: inLanguage(policy.labels) },
  };
}

async function quote(body) {
  const pack = await usablePack();
  return give(pack, body, await look(pack, body.card), await rows());
}

// `shownFen` is the discount that the cashier has on the screen: no other one is confirmed.
async function redeem(body, key, shownFen) {
  const pack = await usablePack();
  const card = await look(pack, body.card);
  const { order_no, presented_by, identity_checked, ...basket } = body;
  let given;
  const row = await write(async (stores) => {
    const all = await done(stores.queue.getAll());
    const before = all.find((one) => one.client_id === key);
    if (before) return before; // confirmed twice
    if (card.changing && all.some((one) => one.digits === card.digits)) throw problem("code_used", pack);
    given = give(pack, basket, card, all);
    if (given.discount_fen !== shownFen) throw problem("offline_changed");
    await done(stores.kept.delete(nameOf(order_no)));
    return append(stores, {
      client_id: key,
      item: {
        client_id: key,
        order_no,
        card: card.digits,
        presented_by,
        identity_checked,
        amount_fen: basket.amount_fen,
        ...(basket.excluded_fen ? { excluded_fen: basket.excluded_fen } : {}),
        ...(basket.items ? { items: basket.items } : {}),
        policy_id: given.policy.id,
        discount_fen: given.discount_fen,
        payable_fen: given.payable_fen,
        pack_issued_at: pack.issued_at,
      },
      digits: card.changing ? card.digits : null,
      moment: moment(),
      copy: card.copy,
      pack_issued_at: pack.issued_at,
      bearer: pack.bearer,
      terminal: pack.terminal,
    });
  }).catch((error) => {
    throw error.detail ? error : problem(error.code, pack);
  });
  announce("queue");
  const { amount_fen, discount_fen, payable_fen } = row.item;
  return {
    ...given,
    offline: true,
    id: null,
    client_id: key,
    order_no,
    receipt_no: words.offline_receipt,
    amount_fen,
    discount_fen,
    payable_fen,
    recorded_at: new Date(row.moment.told).toISOString(),
  };
}

export const offlineDesk = { verify, quote, redeem };
