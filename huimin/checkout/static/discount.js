// @ts-check
// The discount of a basket under a policy: the same results as core/discount.py, for a till offline.
// Whole fen; a product or sum that could pass 2^53 is a BigInt. Pure: no page, no clock, no network.
// A test compares it with the server's quote on a thousand baskets.

import { codeOrPlain, isKnown, knownCode } from "./category.js";

const AMOUNT_FEN_MAX = 100_000_000;
const BASIS_POINTS = 10_000;

/**
 * What is bought. If there are items, `amount_fen` is their sum.
 * @typedef {object} Basket
 * @property {number} amount_fen
 * @property {number} [excluded_fen]
 * @property {number} [insurance_fen]
 * @property {Item[]} [items]
 */
/** @typedef {{amount_fen: number, name: string, sku?: string, category?: string, quantity?: string | number}} Item */
/** @typedef {Required<Basket>} Bought */

/**
 * A policy, as the offline pack holds it.
 * @typedef {object} Terms
 * @property {string} id
 * @property {string} code
 * @property {number} version
 * @property {string} name
 * @property {number} rate_bp
 * @property {"full" | "after_insurance"} base
 * @property {number} minimum_spend_fen
 * @property {number} rounding_unit_fen
 * @property {number} merchant_share_bp
 * @property {string[]} excluded_categories
 * @property {number | null} [cap_redemption_fen]
 * @property {number | null} [cap_card_day_fen]
 * @property {number | null} [cap_card_month_fen]
 * @property {object | null} offline what a till may do by itself; null for nothing
 * @property {Record<string, string>} labels how it is called aloud, by language
 */

/** @typedef {{day_used_fen?: number, month_used_fen?: number}} Usage */
/** @typedef {{redemption_fen: number, card_fen: number, terminal_fen: number}} Room of an offline pack */
/** @typedef {{code: string, params: Record<string, any>}} Step of an explanation */

/**
 * What core.discount.quote gives, with the explanation as steps.
 * Throws {code, params?, errors?}: invalid_input, nothing_eligible, below_minimum, cap_reached.
 * @param {Basket} basket
 * @param {Terms} terms
 * @param {Usage} usage
 * @param {Room | null} offline what offlineRoom() says the pack still leaves
 */
export function quote(basket, terms, usage = {}, offline = null) {
  /** @type {Bought} */
  const bought = {
    amount_fen: basket.amount_fen,
    excluded_fen: basket.excluded_fen ?? 0,
    insurance_fen: basket.insurance_fen ?? 0,
    items: basket.items ?? [],
  };
  requireSums(bought, terms);
  const excludedItems = bought.items.filter((item) => isExcluded(item, terms));
  const excludedFen = bought.items.length ? total(excludedItems) : bought.excluded_fen;
  const eligibleFen = bought.amount_fen - bought.insurance_fen - excludedFen;
  if (eligibleFen < 0) throw invalid("insurance_fen");
  if (eligibleFen === 0) throw { code: "nothing_eligible" };
  if (eligibleFen < terms.minimum_spend_fen) {
    throw { code: "below_minimum", params: { minimum_fen: terms.minimum_spend_fen } };
  }
  const unit = terms.rounding_unit_fen;
  const wantedFen = halfUp(eligibleFen, terms.rate_bp, BASIS_POINTS * unit) * unit;
  const [discountFen, caps] = limit(wantedFen, eligibleFen, terms, usage, offline);
  const merchantShareFen = halfUp(discountFen, terms.merchant_share_bp, BASIS_POINTS);
  return {
    amount_fen: bought.amount_fen,
    insurance_fen: bought.insurance_fen,
    excluded_fen: excludedFen,
    eligible_fen: eligibleFen,
    rate_bp: terms.rate_bp,
    discount_fen: discountFen,
    payable_fen: bought.amount_fen - discountFen,
    merchant_share_fen: merchantShareFen,
    government_share_fen: discountFen - merchantShareFen,
    lines: linesOf(bought, terms, discountFen),
    caps,
    explanation: stepsOf(bought, terms, {
      excludedItems,
      excludedFen,
      wantedFen,
      discountFen,
      caps,
    }),
  };
}

/**
 * Require of a basket that comes in that every category is known.
 * @param {Basket} basket
 * @param {Terms} terms
 */
export function requireKnownCategories(basket, terms) {
  const errors = (basket.items ?? []).flatMap(({ category }, index) =>
    typeof category !== "string" || isKnown(category, terms.excluded_categories)
      ? []
      : [{ field: `items.${index}.category` }],
  );
  if (errors.length) throw { code: "unknown_category", errors };
}

/**
 * What the caps of a pack leave, given the discounts used by this card and by the terminal.
 * @param {Room} caps
 * @param {number} cardUsedFen
 * @param {number} terminalUsedFen
 * @returns {Room}
 */
export function offlineRoom(caps, cardUsedFen, terminalUsedFen) {
  return {
    redemption_fen: caps.redemption_fen,
    card_fen: Math.max(caps.card_fen - cardUsedFen, 0),
    terminal_fen: Math.max(caps.terminal_fen - terminalUsedFen, 0),
  };
}

/**
 * value × rate ÷ whole, rounded half up; all of them 0 or more.
 * @param {number} value
 * @param {number} rate
 * @param {number} whole
 */
export function halfUp(value, rate, whole) {
  const [product, by] = [BigInt(value) * BigInt(rate), BigInt(whole)];
  return Number((2n * product + by) / (2n * by));
}

/** @typedef {{index: number, weight: number, part: number, rest: bigint}} Share */

/**
 * Split by weight, the largest remainders first; equal ones to the larger weight, then the earlier.
 * @param {number} amount
 * @param {number[]} weights
 */
export function allocate(amount, weights) {
  const whole = weights.reduce((sum, weight) => sum + BigInt(weight), 0n);
  if (whole === 0n) return weights.map(() => 0);
  const shares = weights.map((weight, index) => {
    const product = BigInt(amount) * BigInt(weight);
    return { index, weight, part: Number(product / whole), rest: product % whole };
  });
  const parts = shares.map((share) => share.part);
  let left = amount - parts.reduce((sum, part) => sum + part, 0);
  for (const share of shares.sort(byRemainder)) {
    if (left === 0) break;
    parts[share.index] += 1;
    left -= 1;
  }
  return parts;
}

/**
 * @param {Share} one
 * @param {Share} other
 */
function byRemainder(one, other) {
  if (one.rest !== other.rest) return one.rest > other.rest ? -1 : 1;
  return other.weight - one.weight || one.index - other.index;
}

/**
 * @param {Bought} bought
 * @param {Terms} terms
 */
function requireSums(bought, terms) {
  const amount = bought.amount_fen;
  if (!Number.isInteger(amount) || amount < 1 || amount > AMOUNT_FEN_MAX) {
    throw invalid("amount_fen");
  }
  for (const name of /** @type {const} */ (["excluded_fen", "insurance_fen"])) {
    if (!Number.isInteger(bought[name]) || bought[name] < 0 || bought[name] > amount) {
      throw invalid(name);
    }
  }
  if (bought.insurance_fen && terms.base !== "after_insurance") throw invalid("insurance_fen");
  if (!bought.items.length) return;
  if (!bought.items.every((item) => Number.isInteger(item.amount_fen))) throw invalid("items");
  if (total(bought.items) !== amount) throw invalid("items");
  requireCouponsCovered(bought.items, terms);
  const excludedFen = total(bought.items.filter((item) => isExcluded(item, terms)));
  if (bought.excluded_fen !== 0 && bought.excluded_fen !== excludedFen) {
    throw invalid("excluded_fen");
  }
}

/**
 * A coupon, a line below zero, can lower its goods to nothing and no further.
 * @param {Item[]} items
 * @param {Terms} terms
 */
function requireCouponsCovered(items, terms) {
  const short = [true, false].filter(
    (excluded) => total(items.filter((item) => isExcluded(item, terms) === excluded)) < 0,
  );
  const place = items.findIndex(
    (item) => item.amount_fen < 0 && short.includes(isExcluded(item, terms)),
  );
  if (place >= 0) throw invalid(`items.${place}.amount_fen`);
}

/**
 * What each line counts once the lines below zero are taken off the others.
 * @param {number[]} amounts
 */
function afterCoupons(amounts) {
  const above = amounts.map((fen) => Math.max(fen, 0));
  const coupons = amounts.reduce((sum, fen) => sum - Math.min(fen, 0), 0);
  const parts = allocate(coupons, above);
  return above.map((fen, place) => fen - parts[place]);
}

/**
 * The discount after the caps, and the names of those that set it.
 * @param {number} wantedFen
 * @param {number} eligibleFen
 * @param {Terms} terms
 * @param {Usage} usage
 * @param {Room | null} offline
 * @returns {[number, string[]]}
 */
function limit(wantedFen, eligibleFen, terms, usage, offline) {
  const unit = terms.rounding_unit_fen;
  const down = (/** @type {number} */ fen) => Math.floor(fen / unit) * unit;
  const discountFen = Math.min(wantedFen, down(eligibleFen));
  const left = (/** @type {number | null | undefined} */ cap, used = 0) =>
    cap === null || cap === undefined ? null : Math.max(cap - used, 0);
  const rooms = {
    redemption: terms.cap_redemption_fen ?? null,
    card_day: left(terms.cap_card_day_fen, usage.day_used_fen),
    card_month: left(terms.cap_card_month_fen, usage.month_used_fen),
    offline_redemption: offline?.redemption_fen ?? null,
    offline_card: offline?.card_fen ?? null,
    offline_terminal: offline?.terminal_fen ?? null,
  };
  const whole = Object.entries(rooms).flatMap(([name, fen]) =>
    fen === null ? [] : [{ name, fen: down(fen) }],
  );
  if (!whole.length) return [discountFen, []];
  const least = Math.min(...whole.map((room) => room.fen));
  const reached = whole.filter((room) => room.fen === least).map((room) => room.name);
  if (least === 0) throw { code: "cap_reached", params: { cap: reached.at(-1) } };
  return least < discountFen ? [least, reached] : [discountFen, []];
}

/**
 * The items in their order, with the discount split by the eligible amount of each.
 * @param {Bought} bought
 * @param {Terms} terms
 * @param {number} discountFen
 */
function linesOf(bought, terms, discountFen) {
  const { items } = bought;
  // Split in order of content, so that the same basket gets the same parts in any order.
  const order = items
    .map((_, index) => index)
    .sort((a, b) => byContent(items[a], items[b]) || a - b);
  const eligible = afterCoupons(
    order.map((index) => (isExcluded(items[index], terms) ? 0 : items[index].amount_fen)),
  );
  const paid = bought.insurance_fen
    ? allocate(bought.insurance_fen, eligible)
    : eligible.map(() => 0);
  const bases = eligible.map((fen, rank) => fen - paid[rank]);
  const parts = allocate(discountFen, bases);
  const rankOf = new Map(order.map((index, rank) => [index, rank]));
  return items.map((item, index) => {
    const rank = /** @type {number} */ (rankOf.get(index));
    return {
      index,
      name: item.name,
      category: item.category ? (knownCode(item.category) ?? item.category) : null,
      amount_fen: item.amount_fen,
      eligible_fen: bases[rank],
      discount_fen: parts[rank],
      payable_fen: item.amount_fen - parts[rank],
    };
  });
}

/**
 * @param {Item} one
 * @param {Item} other
 */
function byContent(one, other) {
  if (one.amount_fen !== other.amount_fen) return other.amount_fen - one.amount_fen;
  for (const name of /** @type {const} */ (["name", "sku", "category"])) {
    const order = byCodePoints(one[name] ?? "", other[name] ?? "");
    if (order) return order;
  }
  return byCodePoints(String(one.quantity ?? 1), String(other.quantity ?? 1));
}

/**
 * Python's order of text; JavaScript's differs beyond U+FFFF.
 * @param {string} one
 * @param {string} other
 */
function byCodePoints(one, other) {
  const [a, b] = [one, other].map((text) =>
    Array.from(text, (letter) => letter.codePointAt(0) ?? 0),
  );
  for (let position = 0; position < a.length && position < b.length; position += 1) {
    const order = a[position] - b[position];
    if (order) return order;
  }
  return a.length - b.length;
}

/**
 * @param {Bought} bought
 * @param {Terms} terms
 * @param {{excludedItems: Item[], excludedFen: number, wantedFen: number, discountFen: number, caps: string[]}} found
 */
function stepsOf(bought, terms, { excludedItems, excludedFen, wantedFen, discountFen, caps }) {
  /** @type {Step[]} */
  const steps = [];
  /**
   * @param {string} code
   * @param {Step["params"]} params
   */
  const addStep = (code, params) => steps.push({ code, params });
  addStep("amount", { amount_fen: bought.amount_fen });
  if (bought.insurance_fen) addStep("insurance", { amount_fen: bought.insurance_fen });
  for (const item of bought.items) {
    const excluded = excludedItems.includes(item);
    if (item.amount_fen < 0) {
      const coupon = { name: item.name, amount_fen: -item.amount_fen };
      addStep(excluded ? "excluded_coupon" : "coupon", coupon);
    } else if (excluded) {
      addStep("excluded_item", { name: item.name, amount_fen: item.amount_fen });
    }
  }
  if (excludedFen && !excludedItems.length) addStep("excluded", { amount_fen: excludedFen });
  const eligibleFen = bought.amount_fen - bought.insurance_fen - excludedFen;
  addStep("discount", {
    eligible_fen: eligibleFen,
    rate_bp: terms.rate_bp,
    discount_fen: wantedFen,
  });
  for (const cap of caps) addStep("cap", { cap, discount_fen: discountFen });
  const payableFen = bought.amount_fen - discountFen;
  addStep("payable", { payable_fen: payableFen });
  if (bought.insurance_fen) {
    addStep("patient_pays", { payable_fen: payableFen - bought.insurance_fen });
  }
  return steps;
}

/**
 * @param {Item} item
 * @param {Terms} terms
 */
function isExcluded(item, terms) {
  if (!item.category) return false;
  const code = codeOrPlain(item.category);
  return terms.excluded_categories.some((excluded) => codeOrPlain(excluded) === code);
}

/** @param {Item[]} items */
function total(items) {
  return items.reduce((sum, item) => sum + item.amount_fen, 0);
}

/** @param {string} field */
function invalid(field) {
  return { code: "invalid_input", errors: [{ field }] };
}
