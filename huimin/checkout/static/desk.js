// Who answers a sale: {verify(card), quote(body), redeem(body, key)}. The server does; where it can't
// be reached and the pack is good, this till does by itself. A sale that began without a network
// ends without one; one that the server may have entered is queued under its own order number, so
// that it is entered once whatever became of the answer.
import { forgetAsked, leaveAsked, noteAsked } from "./asked.js";
import { announce } from "./leader.js";
import { offlineDesk, usablePack } from "./offline_desk.js";
import { canReach, reached } from "./reach.js";
import { place } from "./place.js";
import { serverDesk } from "./server_desk.js";

const PATIENCE_MS = 3_000; // for a till that can go on by itself
const LONG_PATIENCE_MS = 15_000; // for one that can't

let card = null; // the one being sold to: {text, offline, kinds: presenter id → kind}
let shown = null; // the newest quote: {body, discount_fen}
let unclear = null; // {order_no, amount_fen} of the sale that got no answer and could not be queued

const canGoOn = () => usablePack().then(() => true, () => false);

// Ask the server, or answer here when no answer comes.
async function withServer(call, alone) {
  const possible = await canGoOn();
  if (possible && !canReach()) return alone();
  try {
    const told = await call({ wait: possible ? PATIENCE_MS : LONG_PATIENCE_MS });
    reached(true);
    return told;
  } catch (problem) {
    if (problem.code !== "offline") throw problem;
    reached(false);
    announce("lost");
    if (!possible) throw await whyNotAlone(problem);
    return alone();
  }
}

// The pack's own reason where it has one; the old sentence where this till was never to go on alone.
async function whyNotAlone(problem) {
  try {
    await usablePack();
    return problem;
  } catch (why) {
    return why.code === "offline_no_pack" ? problem : why;
  }
}

function begin(text, told) {
  card = { text, offline: Boolean(told.offline), kinds: new Map(told.may_present.map((one) => [one.id, one.kind])) };
  return told;
}

async function verify(text) {
  leaveUnclear();
  card = shown = null;
  return begin(text, await withServer((how) => serverDesk.verify(text, how), () => offlineDesk.verify(text)));
}

async function quote(body) {
  const alone = () => offlineDesk.quote(body);
  const told = card?.offline ? await alone() : await withServer((how) => serverDesk.quote(body, how), alone);
  shown = { body: JSON.stringify(body), discount_fen: told.discount_fen };
  return told;
}

async function redeem(order, key) {
  const { order_no, presented_by, identity_checked, ...body } = order;
  if (unclear && unclear.order_no !== order_no) leaveUnclear();
  const sale = { order_no, amount_fen: order.amount_fen, till: await place() };
  const shownFen = shown?.body === JSON.stringify(body) ? shown.discount_fen : null;
  const kind = card?.kinds.get(presented_by) ?? presented_by;
  const alone = () => offlineDesk.redeem({ ...order, presented_by: kind }, key, shownFen);
  if (card?.offline) return alone();
  let asked = false;
  try {
    const told = await withServer(async (how) => {
      asked = true;
      await noteAsked(sale);
      return serverDesk.redeem(order, key, how);
    }, alone);
    forgetAsked(order_no);
    return told;
  } catch (problem) {
    // The server said no: nothing was entered. Without an answer, or with a broken one, it may be.
    if (asked && canReach() && isNo(problem)) forgetAsked(order_no);
    else if (asked) unclear = sale;
    throw problem;
  }
}

const isNo = (problem) => !(problem.status >= 500) && problem.code !== "request_in_progress";

// The cashier goes on without the answer; the server is told so when it can be reached.
export function leaveUnclear() {
  if (!unclear) return;
  leaveAsked(unclear);
  unclear = null;
  announce("lost");
}

export const desk = { verify, quote, redeem };
