// The time as the server has it. A till's own clock may be wrong or be set while it works: it is
// measured against each of the server's answers, and between two of them a second clock that nobody
// can set (performance.now) tells a jump.
import { keep, kept } from "./store.js";

const SAME_MS = 2000; // two clocks that agree so closely are the same
const JUMP_MS = 60_000;
export const page = crypto.randomUUID(); // performance.now counts from this page's own beginning

let offset = 0; // the server's time less the device's
let measured = null; // {server, at}: the server's time at performance.now() === at
let remembered = null;

export async function startClock() {
  remembered = (await kept("clock").catch(() => null)) ?? null;
  if (remembered && !measured) offset = remembered.offset;
}

// The server said that it was `text` between two moments of performance.now().
export function heard(text, asked, answered) {
  const server = Date.parse(text);
  if (Number.isNaN(server)) return;
  const at = (asked + answered) / 2;
  const now = performance.now();
  measured = { server, at };
  offset = Math.round(server + (now - at) - Date.now());
  if (!remembered || Math.abs(remembered.offset - offset) > SAME_MS) {
    remembered = { offset };
    keep("clock", remembered).catch(() => {}); // measured again at the next answer
  }
}

// A header tells whole seconds; it is enough to find a clock that was set.
export function heardHeader(text, answered) {
  const server = Date.parse(text || "");
  if (Number.isNaN(server)) return;
  if (!measured || Math.abs(serverTime() - server) > SAME_MS) heard(new Date(server + 500).toISOString(), answered, answered);
}

// Now, in the server's time. Where the device's clock went back, the one that nobody sets counts;
// a clock that ran ahead is believed, because a device that slept looks the same.
export function serverTime() {
  const byDevice = Date.now() + offset;
  if (!measured) return byDevice;
  const byPage = measured.server + (performance.now() - measured.at);
  return Math.round(byDevice < byPage - SAME_MS ? byPage : byDevice);
}

// What is noted of a sale's moment, so that it can be told when the server is heard again.
export function moment() {
  return {
    device: Date.now(),
    offset,
    page,
    at: performance.now(),
    floor: measured ? Math.round(measured.server + (performance.now() - measured.at)) : null,
    told: serverTime(),
  };
}

// When a noted sale took place: within what is certain, the reading that a clock supports. Certain
// is: after `after` (its pack, the sale before it), before now, and for a sale of this very page
// that no more time has passed than since then, and no less.
export function settle(noted, after) {
  const now = serverTime();
  let earliest = Math.max(after, noted.floor ?? after);
  let latest = now;
  if (noted.page === page) latest = Math.min(now, now - (performance.now() - noted.at) + SAME_MS);
  earliest = Math.min(earliest, latest);
  const readings = [noted.device + offset, noted.device + noted.offset, noted.told];
  const fits = readings.find((time) => time >= earliest - SAME_MS && time <= latest + SAME_MS);
  const time = Math.min(Math.max(fits ?? earliest, earliest), latest);
  return { time: Math.round(time), corrected: Math.abs(offset - noted.offset) > JUMP_MS || fits === undefined };
}

// The server's time less the device's, as it is known now.
export const clockOffset = () => offset;
