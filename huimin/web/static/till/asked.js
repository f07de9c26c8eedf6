// Sales that the server was asked for and has not answered. Each is noted before it is asked, so
// that a crash can't leave one behind unseen: what got no answer and isn't on a screen any more is
// cancelled at the server by its order number, and the customer's next scan is a new sale.
import { page } from "./clock.js";
import { done, read, writeSoon } from "./store.js";

const PREFIX = "asked:";
const LOCK = "huimin-till-page:";
const RANGE = () => IDBKeyRange.bound(PREFIX, `${PREFIX}\uffff`);

// Held as long as this page lives; a page that is gone can't finish what it asked.
navigator.locks?.request(LOCK + page, () => new Promise(() => {}));

export const nameOf = (orderNo) => PREFIX + orderNo;

export const noteAsked = (orderNo) => writeSoon(({ kept }) => done(kept.put({ order_no: orderNo, page, left: false }, nameOf(orderNo)))).catch(() => {}); // online the server's record is enough

export const forgetAsked = (orderNo) => writeSoon(({ kept }) => done(kept.delete(nameOf(orderNo)))).catch(() => {});

// The cashier went on without an answer.
export const leaveAsked = (orderNo) => writeSoon(({ kept }) => done(kept.put({ order_no: orderNo, page, left: true }, nameOf(orderNo)))).catch(() => {});

// The order numbers that nobody waits for any more.
export async function leftOrders() {
  const all = await read(({ kept }) => done(kept.getAll(RANGE())));
  if (!all.length) return [];
  const held = navigator.locks ? (await navigator.locks.query()).held.map((lock) => lock.name) : [];
  return all.filter((asked) => asked.left || !held.includes(LOCK + asked.page)).map((asked) => asked.order_no);
}
