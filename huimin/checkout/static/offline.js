// @ts-check
// Connects what the page does offline: the clock, the banner, sending, and the installed app.
import { onResponse } from "./ask.js";
import { hearHeader, hearTime, startClock } from "./clock.js";
import { byId } from "./elements.js";
import { startEntered } from "./entered.js";
import { install } from "./install.js";
import { startKeptClaims } from "./kept_claims.js";
import { lead, onAnnounce } from "./leader.js";
import { startBanner } from "./offline_banner.js";
import { keptPack } from "./pack.js";
import { isPractice } from "./own_names.js";
import { canReach, reached } from "./reach.js";
import { startSync } from "./sync.js";
import { showToday } from "./today.js";

export async function startOffline() {
  onResponse(hearClock);
  onAnnounce("reached", () => reached(true));
  onAnnounce("lost_server", () => reached(false));
  onAnnounce("queue", () => canReach() && showToday());
  await startClock();
  await startBanner();
  await startEntered();
  await startKeptClaims();
  await nameTheTill();
  if (isPractice) return; // it needs the server, and has nothing to send
  lead(startSync);
  await install();
}

/**
 * Some answers have the server's time to the millisecond; all have a Date header.
 * @param {Response} response
 * @param {number} askedAt
 */
function hearClock(response, askedAt) {
  const answeredAt = performance.now();
  const exact = response.headers.get("Huimin-Pack-Server-Time");
  if (exact) hearTime(exact, askedAt, answeredAt);
  else hearHeader(response.headers.get("Date"), answeredAt);
}

/** The page from the cache names no till; the pack says which one this is. */
async function nameTheTill() {
  const pack = await keptPack().catch(() => null);
  if (!pack || byId("till").dataset.terminal) return;
  byId("where").textContent = `${pack.outlet.name} · ${pack.terminal.label} ${pack.terminal.code}`;
}
