// @ts-check
// Days and times of day in the county (Asia/Shanghai, which has no daylight saving time).

const OFFSET_MS = 8 * 3_600_000;

/**
 * The county's date at an instant: "2026-10-31".
 * @param {number} ms
 */
export function countyDay(ms) {
  return new Date(ms + OFFSET_MS).toISOString().slice(0, 10);
}

/**
 * "2026-10-31 14:05".
 * @param {string} instant
 */
export const minuteOf = (instant) => `${countyDay(Date.parse(instant))} ${timeOf(instant)}`;

/**
 * "14:05".
 * @param {string | number} instant
 */
export function timeOf(instant) {
  return new Date(instant).toLocaleTimeString("zh-CN", {
    hour: "2-digit",
    minute: "2-digit",
    timeZone: "Asia/Shanghai",
  });
}
