// Work without network, wired to the page: clock, banner, the page that leads and sends, the app.
import { onAnswer } from "./ask.js";
import { heard, heardHeader, startClock } from "./clock.js";
import { leaveUnclear } from "./desk.js";
import { startEntered } from "./entered.js";
import { install } from "./install.js";
import { lead, onAnnounce } from "./leader.js";
import { startBanner } from "./offline_banner.js";
import { keptPack } from "./pack.js";
import { canReach, reached } from "./reach.js";
import { byId, onShow } from "./screen.js";
import { startSync } from "./sync.js";
import { tellToday } from "./today.js";

export async function startOffline() {
  onAnswer(listenToClock);
  onAnnounce("reached", () => reached(true));
  onAnnounce("lost_server", () => reached(false));
  onAnnounce("queue", () => canReach() && tellToday());
  onShow((name) => name === "sale" || leaveUnclear());
  await startClock();
  await startBanner();
  await startEntered();
  await nameThePlace();
  lead(startSync);
  await install();
}

// The server's time is in some answers to the millisecond, and in the header of each to the second.
function listenToClock(answer, asked) {
  const answered = performance.now();
  const exact = answer.headers.get("Huimin-Pack-Server-Time");
  if (exact) heard(exact, asked, answered);
  else heardHeader(answer.headers.get("Date"), answered);
}

// The kept page names no place; the pack knows which till this is.
async function nameThePlace() {
  const pack = await keptPack().catch(() => null);
  const where = document.querySelector(".where");
  if (!pack || byId("till").dataset.terminal || !where) return;
  where.textContent = `${pack.outlet.name} · ${pack.terminal.label} ${pack.terminal.code}`;
}

