// @ts-check
// One of this browser's till pages leads: it alone sends the queue and fetches the pack. The others
// follow by a channel; when the leader's page goes, however it goes, the browser names the next one.

/** @import { Problem } from "./ask.js" */

const LOCK = "huimin-till-leader";
const CHANNEL = "huimin-till-offline";

/**
 * What the pages of this browser tell each other, and with what.
 * queue, pack, entered: what is kept of it has changed. lost: a sale got no answer. undone: a sale that
 * had been entered was taken back. reached, lost_server: whether the server answers. sync: how the
 * last round went.
 * @typedef {{
 *   queue: null, pack: null, entered: null, lost: null, undone: null, reached: null, lost_server: null,
 *   sync: {problem: Pick<Problem, "code" | "detail"> | null, terminal?: string},
 * }} Announcements
 */

const channel = typeof BroadcastChannel === "undefined" ? null : new BroadcastChannel(CHANNEL);
/** @type {Map<string, ((data: any) => unknown)[]>} */
const listeners = new Map();
let leading = false;

/**
 * `start()` runs once this page leads. Without locks (an old browser) every page leads: what the
 * server keeps by client id still makes each sale count once.
 * @param {() => unknown} start
 */
export function lead(start) {
  const begin = () => {
    leading = true;
    start();
    return new Promise(() => {}); // held until the page is gone
  };
  if (!navigator.locks) return void begin();
  navigator.locks.request(LOCK, begin);
}

export const leads = () => leading;

/**
 * Say something to every till page of this browser, this one too.
 * @template {keyof Announcements} Name
 * @param {Name} name
 * @param {Announcements[Name]} data
 */
export function announce(name, data = /** @type {any} */ (null)) {
  channel?.postMessage({ name, data });
  hear(name, data);
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
