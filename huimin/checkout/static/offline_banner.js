// @ts-check
// What the page says about working offline: how many sales wait and since when, what the caps leave, who
// bears a refusal. Below it, the sales that were refused, until the cashier has dealt with them.
import { isSignedOut } from "./ask.js";
import { whenOf } from "./clock.js";
import { timeOf } from "./county_time.js";
import { button, byId, element } from "./elements.js";
import { onAnnounce } from "./leader.js";
import { money } from "./money.js";
import { roomLeft } from "./offline_desk.js";
import { offlineProblem, undoneSays } from "./offline_words.js";
import { keptPack, whyNot } from "./pack.js";
import { emit } from "./page_events.js";
import { isUnsent, rows, takeBack, tick } from "./queue.js";
import { canReach, onReach } from "./reach.js";
import { tell } from "./screen.js";
import { askToStay } from "./store.js";
import { language, words } from "./words.js";

/** @import { Announcements } from "./leader.js" */
/** @import { Pack } from "./pack.js" */
/** @import { Row } from "./queue.js" */

const BETWEEN_SENTENCES = language === "en" ? " " : "";
const DRAW_EVERY_MS = 30_000;
const LITTLE_BYTES = 20_000_000;
/** @type {Record<string, string>} */
const BEARER_WORDS = {
  merchant: words.offline_bearer_merchant,
  government: words.offline_bearer_government,
};

/** @type {Announcements["sync"]["problem"]} why the server takes nothing */
let trouble = null;
/** @type {string | null} the terminal that this page is, as the server says */
let terminalId = null;
let isDiskNearlyFull = false;
let pressedUndo = ""; // the sale whose undo was pressed once

export function startBanner() {
  onAnnounce("queue", draw);
  onAnnounce("pack", draw);
  onAnnounce("sync", ({ problem, terminal }) => {
    trouble = problem;
    terminalId = terminal ?? terminalId;
    draw();
  });
  onReach(draw);
  setInterval(draw, DRAW_EVERY_MS);
  askToStay().then((bytesLeft) => {
    isDiskNearlyFull = bytesLeft !== null && bytesLeft < LITTLE_BYTES;
    draw();
  });
  return draw();
}

async function draw() {
  const [all, pack] = await Promise.all([rows().catch(() => []), keptPack().catch(() => null)]);
  const waiting = all.filter(isUnsent);
  const undecided = all.filter((row) => row.status === "undecided");
  const sentences = canReach() ? whileReached(waiting) : whileAlone(waiting, pack, all);
  if (undecided.length) sentences.push(counted(words.offline_undecided, undecided));
  if (isDiskNearlyFull && sentences.length) sentences.push(words.offline_full_soon);
  const [first = "", ...more] = sentences;
  byId("banner").hidden = !first;
  // Only if it changed: a screen reader repeats what is written.
  if (byId("banner-says").textContent !== first) byId("banner-says").textContent = first;
  byId("banner-more").textContent = more.join(BETWEEN_SENTENCES);
  byId("banner-go").hidden = !(canReach() && trouble && isSignedOut(trouble));
  listQueued([...undecided, ...waiting]);
  listOwed(all.filter((row) => row.status === "refused" && !row.ticked));
}

/** @param {Row} row */
const soldAt = (row) => timeOf(row.item.occurred_at ?? row.moment.told);

/**
 * @param {string} text
 * @param {Row[]} list
 */
const counted = (text, list) =>
  text.replace("COUNT", String(list.length)).replace("TIME", list.length ? soldAt(list[0]) : "");

/**
 * @param {Row[]} waiting
 * @returns {string[]}
 */
function whileReached(waiting) {
  if (!waiting.length) return [];
  if (trouble) {
    const reason = isSignedOut(trouble) ? words.offline_sign_in : trouble.detail;
    if (reason) return [counted(words.offline_waits, waiting), reason, words.offline_kept];
  }
  const elsewhere = waiting.filter((row) => terminalId && row.terminal.id !== terminalId);
  if (!elsewhere.length) return [counted(words.offline_sending, waiting)];
  const { label, code } = elsewhere[0].terminal;
  return [
    counted(words.offline_elsewhere, elsewhere).replace("WHERE", label || code),
    words.offline_kept,
  ];
}

/**
 * @param {Row[]} waiting
 * @param {Pack | null} pack
 * @param {Row[]} all
 * @returns {string[]}
 */
function whileAlone(waiting, pack, all) {
  const why = whyNot(pack);
  const reassurance = waiting.length ? [words.offline_kept] : [];
  const alone = why ? words.offline_no_network : words.offline_alone;
  const first = waiting.length ? counted(words.offline_waiting, waiting) : alone;
  if (why || !pack) {
    return [first, offlineProblem({ code: why ?? "offline_no_pack" }, pack).detail, ...reassurance];
  }
  const room = roomLeft(pack, all);
  const left = words.offline_left
    .replace("AMOUNT", money(room.terminal_fen))
    .replace("EACH", money(Math.min(room.redemption_fen, room.terminal_fen)))
    .replace("CARD", money(pack.caps.card_fen))
    .replace("TIME", whenOf(Date.parse(pack.valid_until)));
  return [first, left, BEARER_WORDS[pack.bearer], ...reassurance];
}

/** @param {Row} row */
const inShort = ({ item }) =>
  words.offline_given
    .replace("DISCOUNT", money(item.discount_fen))
    .replace("PAYABLE", money(item.payable_fen))
    .replace("ORDER", item.order_no);

/** @param {Row[]} queued */
function listQueued(queued) {
  byId("queued").hidden = !queued.length;
  byId("queued-list").replaceChildren(
    ...queued.map((row) =>
      element(
        "li",
        {},
        element("strong", { textContent: soldAt(row) }),
        ` ${inShort(row)} · ${row.withdrawn ? words.offline_withdrawn : words.offline_status[row.status]} `,
        ...(canTakeBack(row) ? [undoButton(row)] : []),
      ),
    ),
  );
}

/**
 * Only at the till that sold it: the order number belongs to its outlet.
 * @param {Row} row
 */
const canTakeBack = (row) =>
  !row.withdrawn && (!terminalId || row.terminal.id === terminalId);

/**
 * The first press asks; the second takes the sale back.
 * @param {Row} row
 */
function undoButton(row) {
  const isAsked = pressedUndo === row.client_id;
  const press = async () => {
    pressedUndo = isAsked ? "" : row.client_id;
    if (isAsked) tell(undoneSays(await takeBack(row.client_id)));
    draw();
  };
  const text = isAsked ? words.offline_undo_ask : words.offline_undo;
  return button("outline-secondary sm", text, press, row.item.order_no);
}

/** @param {Row[]} owed */
function listOwed(owed) {
  byId("owed").hidden = !owed.length;
  byId("owed-title").textContent = words.offline_owed.replace("COUNT", owed.length);
  byId("owed-list").replaceChildren(...owed.map(owedItem));
}

/** @param {Row} row */
function owedItem(row) {
  const { detail = "", code = "", bearer } = row.answer ?? {};
  const settled = () => tick(row.client_id);
  const actions = element(
    "div",
    { className: "owed-actions" },
    button("outline-secondary sm", words.offline_ticked, settled, row.item.order_no),
  );
  const sale = element(
    "p",
    {},
    element("strong", { textContent: soldAt(row) }),
    ` ${inShort(row)}`,
  );
  const why = element(
    "p",
    {},
    element("span", {}, `${detail} `, element("code", { textContent: code })),
  );
  const sentences = [
    BEARER_WORDS[bearer ?? row.bearer],
    words.offline_next,
    row.corrected ? `（${words.offline_corrected}）` : "",
  ];
  const more = element("p", { textContent: sentences.join(BETWEEN_SENTENCES) });
  emit("owed", { row, actions, settled });
  return element("li", {}, sale, why, more, actions);
}
