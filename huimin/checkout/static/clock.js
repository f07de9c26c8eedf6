// @ts-check
// The server's time. A till's own clock may be wrong, or be set while the till works, so it is compared
// with each answer of the server; between two answers performance.now(), which nobody can set, shows a
// jump.
import { countyDay, timeOf } from "./county_time.js";
import { randomId } from "./random_id.js";
import { readValue, writeValue } from "./store.js";

/**
 * What is noted of a sale's moment, so that its time can be worked out once the server answers again.
 * @typedef {object} Moment
 * @property {number} device the device's own time
 * @property {number} offset the server's time minus the device's, as known then
 * @property {string} page the page that noted it
 * @property {number} at performance.now() of that page
 * @property {number | null} floor the earliest that the server's time can have been; null if no answer had come
 * @property {number} told the time as it was believed to be
 */

const SAME_MS = 2000; // clocks this close agree
const JUMP_MS = 60_000;
/** Identifies this page, because performance.now() counts from when it was opened. */
export const pageId = randomId();

let offset = 0; // the server's time minus the device's
/** @type {{server: number, at: number} | null} the server's time when performance.now() was `at` */
let measured = null;
/** @type {{offset: number} | null} what the store holds */
let remembered = null;

export async function startClock() {
  remembered = (await readValue("clock").catch(() => null)) ?? null;
  if (remembered && !measured) offset = remembered.offset;
}

/**
 * The server's time was `text` at some moment between two readings of performance.now().
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
    writeValue("clock", remembered).catch(() => {}); // the next answer gives it again
  }
}

/**
 * The Date header has whole seconds: enough to notice that a clock was set.
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
 * Now, in the server's time. If the device's clock was set back, performance.now() decides. A clock that
 * is ahead of it is trusted, because a device that was asleep looks the same.
 */
export function serverTime() {
  const byDevice = Date.now() + offset;
  const byPage = timeByPage();
  return byPage !== null && byDevice < byPage - SAME_MS ? Math.round(byPage) : byDevice;
}

/** The server's time by performance.now(); null if no answer has come on this page. */
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
 * When a noted sale took place: the first reading of the clocks that lies within what is certain. It was
 * after `after` (its pack, the sale before it) and before now; a sale of this very page was exactly as
 * long ago as performance.now() says.
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

/** The server's time minus the device's, in milliseconds, as far as it is known. */
export const clockOffset = () => offset;

/**
 * "14:05" for today, "10-30 14:05" for another day of the county.
 * @param {string | number} instant
 */
export function whenOf(instant) {
  const day = countyDay(new Date(instant).getTime());
  return day === countyDay(serverTime()) ? timeOf(instant) : `${day.slice(5)} ${timeOf(instant)}`;
}
