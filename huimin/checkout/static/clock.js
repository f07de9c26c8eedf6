// @ts-check
// The time as the server has it. A till's own clock may be wrong or be set while it works: it is
// measured against each of the server's answers, and between two of them a second clock that nobody
// can set (performance.now) tells a jump.
import { countyDay, timeOf } from "./county_time.js";
import { readValue, writeValue } from "./store.js";

/**
 * What is noted of a sale's moment, so that its time can be told when the server is heard again.
 * @typedef {object} Moment
 * @property {number} device the device's own time
 * @property {number} offset the server's time less the device's, as it was known then
 * @property {string} page the page that noted it
 * @property {number} at performance.now() of that page
 * @property {number | null} floor what the server's time was at least; null where this was never heard
 * @property {number} told the time as it was believed to be
 */

const SAME_MS = 2000; // two clocks that agree so closely are the same
const JUMP_MS = 60_000;
/** Names this page: performance.now() counts from its beginning. */
export const pageId = crypto.randomUUID();

let offset = 0; // the server's time less the device's
/** @type {{server: number, at: number} | null} the server's time when performance.now() was `at` */
let measured = null;
/** @type {{offset: number} | null} what the store holds */
let remembered = null;

export async function startClock() {
  remembered = (await readValue("clock").catch(() => null)) ?? null;
  if (remembered && !measured) offset = remembered.offset;
}

/**
 * The server said that its time was `text`, between two readings of performance.now().
 * @param {string} text
 * @param {number} askedAt
 * @param {number} answeredAt
 */
export function hearTime(text, askedAt, answeredAt) {
  const server = Date.parse(text);
  if (Number.isNaN(server)) return;
  const at = (askedAt + answeredAt) / 2;
  measured = { server, at };
  offset = Math.round(server + (performance.now() - at) - Date.now());
  if (!remembered || Math.abs(remembered.offset - offset) > SAME_MS) {
    remembered = { offset };
    writeValue("clock", remembered).catch(() => {}); // measured again at the next answer
  }
}

/**
 * A header tells whole seconds, which is enough to find a clock that was set.
 * @param {string | null} text
 * @param {number} answeredAt
 */
export function hearHeader(text, answeredAt) {
  const server = Date.parse(text || "");
  if (Number.isNaN(server)) return;
  if (measured && Math.abs(serverTime() - server) <= SAME_MS) return;
  hearTime(new Date(server + 500).toISOString(), answeredAt, answeredAt);
}

/**
 * Now, in the server's time. Where the device's clock went back, the one that nobody sets counts; a
 * clock that ran ahead is believed, because a device that slept looks the same.
 */
export function serverTime() {
  const byDevice = Date.now() + offset;
  const byPage = timeByPage();
  return byPage !== null && byDevice < byPage - SAME_MS ? Math.round(byPage) : byDevice;
}

/** The server's time by what has passed since it was measured on this page. */
const timeByPage = () => measured && measured.server + (performance.now() - measured.at);

/** @returns {Moment} */
export function moment() {
  const byPage = timeByPage();
  return {
    device: Date.now(),
    offset,
    page: pageId,
    at: performance.now(),
    floor: byPage === null ? null : Math.round(byPage),
    told: serverTime(),
  };
}

/**
 * When a noted sale took place: within what is certain, the reading that a clock supports. Certain
 * is: after `after` (its pack, the sale before it), before now, and for a sale of this very page
 * that no more time has passed than since then, and no less.
 * @param {Moment} noted
 * @param {number} after
 */
export function settle(noted, after) {
  const now = serverTime();
  let earliest = Math.max(after, noted.floor ?? after);
  let latest = now;
  if (noted.page === pageId) latest = Math.min(now, now - (performance.now() - noted.at) + SAME_MS);
  earliest = Math.min(earliest, latest);
  const readings = [noted.device + offset, noted.device + noted.offset, noted.told];
  const supported = readings.find((time) => time >= earliest - SAME_MS && time <= latest + SAME_MS);
  const time = Math.min(Math.max(supported ?? earliest, earliest), latest);
  const corrected = Math.abs(offset - noted.offset) > JUMP_MS || supported === undefined;
  return { time: Math.round(time), corrected };
}

/** The server's time less the device's, in milliseconds, as it is known now. */
export const clockOffset = () => offset;

/**
 * "14:05" for today, "10-30 14:05" for another day of the county.
 * @param {string | number} instant
 */
export function whenOf(instant) {
  const day = countyDay(new Date(instant).getTime());
  return day === countyDay(serverTime()) ? timeOf(instant) : `${day.slice(5)} ${timeOf(instant)}`;
}
