// @ts-check
// One of this browser's till pages leads: only it sends the queue and fetches the pack. The others listen
// on a channel; when the leading page is closed or crashes, the browser gives its lock to another.

import { othersName, ownName } from "./own_names.js";

/** @import { Problem } from "./ask.js" */

const LOCK = ownName("huimin-till-leader");
const CHANNEL = "huimin-till-offline";

/**
 * What the pages of this browser announce to each other.
 * queue, pack, entered, claims: the store has changed. lost: a sale got no answer. undone: a sale that had been
 * entered was reversed. session: somebody has signed in again. reached, lost_server: whether the server answers. sync: how a round went.
 * @typedef {{
 *   queue: null, pack: null, entered: null, claims: null, lost: null, undone: null, session: null, reached: null, lost_server: null,
 *   sync: {problem: Pick<Problem, "code" | "detail"> | null, terminal?: string},
 * }} Announcements
 */

// Who has signed in is the one thing that a practice till and the real one of a browser share.
const SHARED = "session";
const channel = typeof BroadcastChannel === "undefined" ? null : new BroadcastChannel(ownName(CHANNEL));
/** @type {Map<string, ((data: any) => unknown)[]>} */
const listeners = new Map();
let leading = false;

/**
 * Call `start()` when this page becomes the leader. In an old browser without locks every page leads,
 * and each sale still counts once, because the server knows it by its client id.
 * @param {() => unknown} start
 */
export function lead(start) {
  const begin = () => {
    leading = true;
    start();
    return new Promise(() => {}); // held as long as the page is open
  };
  if (!navigator.locks) return void begin();
  navigator.locks.request(LOCK, begin);
}

export const leads = () => leading;

/**
 * Tell every till page of this browser, including this one; of a sign-in the practice till too.
 * @template {keyof Announcements} Name
 * @param {Name} name
 * @param {Announcements[Name]} data
 */
export function announce(name, data = /** @type {any} */ (null)) {
  channel?.postMessage({ name, data });
  if (channel && name === SHARED) tellTheOthers(name);
  hear(name, data);
}

/** @param {string} name */
function tellTheOthers(name) {
  const others = new BroadcastChannel(othersName(CHANNEL));
  others.postMessage({ name, data: null });
  others.close();
}

/**
 * @template {keyof Announcements} Name
 * @param {Name} name
 * @param {(data: Announcements[Name]) => unknown} listener
 */
export function onAnnounce(name, listener) {
  listeners.set(name, [...(listeners.get(name) || []), listener]);
}

/**
 * @param {string} name
 * @param {unknown} data
 */
function hear(name, data) {
  for (const listener of listeners.get(name) || []) listener(data);
}

if (channel) channel.onmessage = ({ data }) => hear(data.name, data.data);
