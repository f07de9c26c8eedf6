// Bring the queue to the server when it can be reached: in order, once, in batches; and keep pack and
// clock fresh meanwhile. Only the leading page does. Whatever ends it in the middle, the next round
// sends the same items under the same ids and the server says what became of each.
import { ask, state } from "./ask.js";
import { forgetAsked, isElsewhere, leftSales, noteEntered, settleEntered } from "./asked.js";
import { clockOffset, settle } from "./clock.js";
import { announce, leads, onAnnounce } from "./leader.js";
import { fetchPack, keptPack } from "./pack.js";
import { clearAway, markSent, rows, settleAnswers, unsent } from "./queue.js";
import { canReach, onReach, reached } from "./reach.js";
import { addresses, words } from "./words.js";

const PACK_EVERY_MS = 300_000;
const RETRY_MS = 1_000;
const RETRY_MAX_MS = 60_000;
const PATIENCE_MS = 30_000;
// What the server says of an item, or of a body, and not of the till or of the moment.
const OF_THE_ITEM = ["invalid_input", "malformed_json", "payload_too_large"];

let running = null;
let again = false;
let timer = 0;
let failures = 0;
let packAt = -Infinity; // when the pack was fetched last, by performance.now

// From now on this page is the one that sends.
export function startSync() {
  onAnnounce("lost", () => round());
  onAnnounce("queue", () => canReach() && round());
  onAnnounce("undone", () => round());
  onReach((yes) => yes && round());
  addEventListener("online", () => round());
  document.addEventListener("visibilitychange", () => document.hidden || round());
  return round();
}

// One round; a second call while one runs asks for another after it.
export function round() {
  if (!leads()) return;
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
  try {
    const told = await state({ wait: PATIENCE_MS });
    reached(true);
    announce("reached");
    await cancelLeft(told.outlet.id);
    await sendAll(told.terminal.id);
    await refreshPack(told.terminal.id);
    failures = 0;
    announce("sync", { problem: null, terminal: told.terminal.id });
  } catch (problem) {
    failed(problem);
  }
  const wait = failures ? Math.min(RETRY_MS * 2 ** (failures - 1), RETRY_MAX_MS) * (0.5 + Math.random() / 2) : PACK_EVERY_MS;
  timer = setTimeout(round, wait);
}

function failed(problem) {
  failures += 1;
  if (!problem.code) console.error(problem); // a mistake of ours; it must not stop the next round
  const lost = problem.code === "offline";
  reached(!lost);
  announce(lost ? "lost_server" : "reached");
  announce("sync", { problem: lost ? null : { code: problem.code, detail: problem.detail } });
}

async function sendAll(terminalId) {
  for (;;) {
    const batch = await unsent(terminalId);
    if (!batch.length) return;
    const sent = await prepare(batch);
    const answers = await post(sent.map((row) => row.item));
    if (!sent.every((row) => answers.some((answer) => answer.client_id === row.client_id))) throw { code: "offline" };
    await settleAnswers(answers);
  }
}

// An item is fixed before it is sent for the first time: its moment by the clock as it is now known.
async function prepare(batch) {
  let before = Math.max(0, ...(await rows()).map((row) => Date.parse(row.item.occurred_at ?? 0)));
  const changed = batch.filter((row) => row.status === "waiting");
  for (const row of changed) {
    const { time, corrected } = settle(row.moment, Math.max(before, Date.parse(row.pack_issued_at)));
    before = time;
    row.corrected = corrected;
    row.item = { ...row.item, occurred_at: new Date(time).toISOString(), device_clock_offset_ms: clockOffset() };
  }
  await markSent(changed);
  return batch;
}

async function post(items) {
  try {
    const told = await ask(addresses.offlineRedemptions, { redemptions: items }, null, { wait: PATIENCE_MS, quietly: true });
    return told.redemptions;
  } catch (problem) {
    if (!OF_THE_ITEM.includes(problem.code)) throw problem;
    const { code, detail, cashier_message } = problem;
    if (items.length === 1) return [{ client_id: items[0].client_id, status: "refused", code, detail, cashier_message }];
    const answers = []; // one that spoils a batch must not keep the others
    for (const item of items) answers.push(...(await post([item])));
    return answers;
  }
}

// Sales that the cashier left without an answer: taken back if they were entered. What only the
// manager may take back is shown to the cashier, and holds up nothing else; nor does what another
// outlet's till asked for, which waits until this device is that till again.
async function cancelLeft(outlet) {
  for (const sale of await leftSales()) {
    if (isElsewhere(sale, outlet)) continue;
    try {
      const told = await ask(addresses.cancel, { order_no: sale.order_no, reason: words.offline_unanswered }, null, { wait: PATIENCE_MS, quietly: true });
      if (!sale.entered) await forgetAsked(sale.order_no);
      else if (told.redemption) await settleEntered(sale.order_no); // none: this is another outlet's till now
    } catch (problem) {
      if (problem.code !== "manager_needed") throw problem;
      await noteEntered(sale.order_no);
    }
  }
}

async function refreshPack(terminalId) {
  const pack = await keptPack();
  if (pack?.terminal.id === terminalId && performance.now() - packAt < PACK_EVERY_MS) return;
  try {
    const fresh = await fetchPack();
    await clearAway(fresh.issued_at);
  } catch (problem) {
    if (problem.code !== "offline_not_allowed") throw problem;
  }
  packAt = performance.now();
}
