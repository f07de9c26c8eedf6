// Sales that the server was asked for and has not answered. Each is noted before it is asked, so
// that a crash can't leave one behind unseen: what got no answer and isn't on a screen any more is
// cancelled at the server by its order number, and the customer's next scan is a new sale. One that
// proves to be entered and that only the manager may take back stays noted until a person has seen
// to it.
import { page, serverTime } from "./clock.js";
import { announce } from "./leader.js";
import { done, read, write, writeSoon } from "./store.js";

const PREFIX = "asked:";
const LOCK = "huimin-till-page:";
const RANGE = () => IDBKeyRange.bound(PREFIX, `${PREFIX}\uffff`);

// Held as long as this page lives; a page that is gone can't finish what it asked.
navigator.locks?.request(LOCK + page, () => new Promise(() => {}));

export const nameOf = (orderNo) => PREFIX + orderNo;

const note = (sale, more) => writeSoon(({ kept }) => done(kept.put({ ...sale, page, ...more }, nameOf(sale.order_no)))).catch(() => {});

// `sale` is {order_no, amount_fen, till}, where `till` (place.js) says where it was asked for. Online the server's record is enough, should it not be written.
export const noteAsked = (sale) => note(sale, { left: false, asked_at: serverTime() });

export const forgetAsked = (orderNo) => writeSoon(({ kept }) => done(kept.delete(nameOf(orderNo)))).catch(() => {});

// The cashier went on without an answer.
export const leaveAsked = (sale) => note(sale, { left: true, asked_at: serverTime() });

const all = () => read(({ kept }) => done(kept.getAll(RANGE())));

// The sales that nobody waits for any more, those that proved to be entered among them.
export async function leftSales() {
  const asked = await all();
  if (!asked.length) return [];
  const held = navigator.locks ? (await navigator.locks.query()).held.map((lock) => lock.name) : [];
  return asked.filter((sale) => sale.left || !held.includes(LOCK + sale.page));
}

// It was entered after all, and stays so until the manager takes it back: from now on it is shown.
export async function noteEntered(orderNo) {
  const changed = await write(async ({ kept }) => {
    const sale = await done(kept.get(nameOf(orderNo)));
    if (!sale || sale.entered) return false;
    await done(kept.put({ asked_at: serverTime(), ...sale, left: true, entered: true }, nameOf(orderNo)));
    return true;
  });
  if (changed) announce("entered");
}

// An order number is its outlet's own: at another outlet's till this sale can be neither cancelled
// nor found.
export const isElsewhere = (sale, outlet) => Boolean(sale.till && outlet && sale.till.outlet !== outlet);

export const enteredSales = async () => (await all()).filter((sale) => sale.entered);

// It is taken back, or the cashier has seen to it.
export async function settleEntered(orderNo) {
  await forgetAsked(orderNo);
  announce("entered");
}
