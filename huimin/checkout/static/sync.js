// @ts-check
// Sends the queue to the server when it can be reached, in order and in batches, and keeps the pack up to
// date. Only the leading page does. If a round is cut off, the next one sends the same items under the
// same ids, and the server says what became of each. After a failure nothing is sent before its pause is
// over, whatever else happens at the till.
import { ask, askState, asProblem } from "./ask.js";
import { fileKept } from "./claim_queue.js";
import { clockOffset, settle } from "./clock.js";
import { byId } from "./elements.js";
import { announce, leads, onAnnounce } from "./leader.js";
import { outcomeOf } from "./outcome.js";
import { fetchPack, keptPack } from "./pack.js";
import { clearAway, markSent, owed, rows, settleAnswers, undecided, unsent } from "./queue.js";
import { canReach, onReach, reached } from "./reach.js";
import {
  adoptOrphans,
  isElsewhere,
  leftSales,
  noteEntered,
  noteOutcome,
  settleEntered,
} from "./unanswered.js";
import { addresses, words } from "./words.js";

/** @import { Answer, QueuedItem, Row } from "./queue.js" */

const PACK_EVERY_MS = 300_000;
const RETRY_MS = 1_000;
const RETRY_MAX_MS = 60_000;
const PATIENCE_MS = 30_000;
// Refusals of the items that were sent, rather than of the till or the moment.
const OF_THE_ITEM = ["invalid_input", "malformed_json", "payload_too_large"];

/** @type {Promise<void> | null} */
let running = null;
let again = false;
let timer = 0;
let failures = 0;
let quietUntil = -Infinity; // by performance.now: the pause after a failure
let isAskedToWait = false; // whether the server itself set that pause
let packAt = -Infinity; // when the pack was fetched last, by performance.now
let undecidedAt = -Infinity; // when the sales on which people decide were sent again last

/** Start sending: this page leads. */
export function startSync() {
  onAnnounce("lost", () => round());
  onAnnounce("queue", () => canReach() && round());
  onAnnounce("undone", () => round());
  onAnnounce("claims", () => canReach() && round());
  onAnnounce("session", () => {
    quietUntil = -Infinity;
    round();
  });
  onReach((yes) => yes && round());
  addEventListener("online", () => {
    if (!isAskedToWait) quietUntil = -Infinity; // the network is back: no reason to wait any longer
    round();
  });
  document.addEventListener("visibilitychange", () => document.hidden || round());
  return round();
}

/** Run a round, unless a failure's pause lasts; if one is running, run another after it. */
export function round() {
  if (!leads() || performance.now() < quietUntil) return;
  if (running) return void (again = true);
  running = once().finally(() => {
    running = null;
    if (again) {
      again = false;
      round();
    }
  });
  return running;
}

async function once() {
  clearTimeout(timer);
  let isAnswered = false;
  try {
    const { terminal, outlet } = await tellState();
    isAnswered = true;
    reached(true);
    announce("reached");
    await settleLeft(outlet.id);
    if (await sendAll(terminal.id)) await tellState();
    await askUndecided(terminal.id);
    await fileKept(outlet.id);
    await refreshPack(terminal.id);
    failures = 0;
    announce("sync", { problem: null, terminal: terminal.id });
  } catch (problem) {
    failed(problem, isAnswered);
  }
  const pause = failures ? quietUntil - performance.now() : PACK_EVERY_MS;
  timer = setTimeout(round, Math.max(pause, 0) + 1);
}

/**
 * Longer after each failure, never shorter than the server asks for, and not at the same moment as every
 * other till.
 * @param {number} waitMs what the server asks for
 */
function pauseAfterFailure(waitMs) {
  const doubled = Math.min(RETRY_MS * 2 ** (failures - 1), RETRY_MAX_MS) * (0.5 + Math.random() / 2);
  return Math.max(doubled, waitMs * (1 + Math.random() / 5));
}

/**
 * A server that answered the first call of a round can be reached, even if the next call failed: else the
 * till would take each round for the network's return, and begin another one at once.
 * @param {any} problem
 * @param {boolean} isAnswered
 */
function failed(problem, isAnswered) {
  failures += 1;
  isAskedToWait = problem.waitMs > 0;
  quietUntil = performance.now() + pauseAfterFailure(problem.waitMs ?? 0);
  if (!problem.code) console.error(problem); // a bug of ours, which must not stop the next round
  const lost = problem.code === "offline" && !isAnswered;
  reached(!lost);
  announce(lost ? "lost_server" : "reached");
  const { code, detail } = problem.code === "offline" ? ownProblem() : problem;
  announce("sync", { problem: lost ? null : { code, detail } });
}

/** @returns {{code: string, detail: string}} */
const ownProblem = () => ({ code: "offline", detail: words.offline_upload_failed });

/** Ask for the state, and say which version this page is and what it has not yet sent. */
async function tellState() {
  const { count, fen } = await owed();
  /** @type {Record<string, string>} */
  const headers = { "Huimin-Till-Unsent": `${count} ${fen}` };
  const version = byId("till").dataset.version;
  if (version) headers["Huimin-Till-Version"] = version;
  return askState({ wait: PATIENCE_MS, headers });
}

/**
 * Send what waits; true if there was anything.
 * @param {string} terminalId
 */
async function sendAll(terminalId) {
  for (let sent = false; ; sent = true) {
    const batch = await unsent(terminalId);
    if (!batch.length) return sent;
    await fixItems(batch);
    const answers = await post(batch.map((row) => row.item));
    if (!batch.every((row) => answers.some((answer) => answer.client_id === row.client_id))) {
      throw { code: "offline" };
    }
    await settleAnswers(answers);
  }
}

/**
 * Before it is first sent, an item gets its time, by the clock as it is known now.
 * @param {Row[]} batch
 */
async function fixItems(batch) {
  const times = (await rows()).map((row) =>
    row.item.occurred_at ? Date.parse(row.item.occurred_at) : 0,
  );
  let before = Math.max(0, ...times);
  const waiting = batch.filter((row) => row.status === "waiting");
  for (const row of waiting) {
    const { time, corrected } = settle(
      row.moment,
      Math.max(before, Date.parse(row.pack_issued_at)),
    );
    before = time;
    row.corrected = corrected;
    row.item = {
      ...row.item,
      occurred_at: new Date(time).toISOString(),
      device_clock_offset_ms: clockOffset(),
    };
  }
  await markSent(waiting);
}

/**
 * Ask now and then what people decided on the sales that wait for them.
 * @param {string} terminalId
 */
async function askUndecided(terminalId) {
  if (performance.now() - undecidedAt < PACK_EVERY_MS) return;
  const list = await undecided(terminalId);
  if (!list.length) return;
  undecidedAt = performance.now();
  await settleAnswers(await post(list.map((row) => row.item)));
}

/**
 * @param {QueuedItem[]} items
 * @returns {Promise<Answer[]>}
 */
async function post(items) {
  const patience = { wait: PATIENCE_MS, quietly: true };
  try {
    const answer = await ask(addresses.offlineRedemptions, { redemptions: items }, null, patience);
    return answer.redemptions;
  } catch (thrown) {
    const problem = asProblem(thrown);
    if (!OF_THE_ITEM.includes(problem.code)) throw problem;
    const { code, detail, cashier_message } = problem;
    if (items.length === 1) {
      return [{ client_id: items[0].client_id, status: "refused", code, detail, cashier_message }];
    }
    const answers = []; // one bad item must not hold up the others
    for (const item of items) answers.push(...(await post([item])));
    return answers;
  }
}

/**
 * Settle the sales that the cashier left without an answer, and those whose page is gone. One that only the
 * manager may cancel is shown to the cashier. One of another outlet's till waits until this device is that
 * till again. Neither holds up the rest.
 * @param {string} outletId
 */
async function settleLeft(outletId) {
  await adoptOrphans(true);
  for (const sale of await leftSales()) {
    if (isElsewhere(sale, outletId)) continue;
    const outcome = await outcomeOf(sale);
    if (!outcome) await noteEntered(sale);
    else if (!sale.entered) await noteOutcome(sale, outcome);
    else if (outcome.kind === "taken_back") await settleEntered(sale.order_no); // else another outlet's till now
  }
}

/** @param {string} terminalId */
async function refreshPack(terminalId) {
  const pack = await keptPack();
  if (pack?.terminal.id === terminalId && performance.now() - packAt < PACK_EVERY_MS) return;
  try {
    const fresh = await fetchPack();
    await clearAway(fresh.issued_at);
  } catch (thrown) {
    const problem = asProblem(thrown);
    if (problem.code !== "offline_not_allowed") throw problem;
  }
  packAt = performance.now();
}
