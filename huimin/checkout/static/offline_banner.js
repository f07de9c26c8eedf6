// What the page says of its work without network: how many sales wait and since when, what the caps
// leave, who bears a refusal; and the sales that were not entered, until the cashier has seen to them.
import { onAnnounce } from "./leader.js";
import { money } from "./money.js";
import { roomLeft } from "./offline_desk.js";
import { language, problem } from "./offline_words.js";
import { keptPack, whyNot } from "./pack.js";
import { isUnsent, rows, tick } from "./queue.js";
import { canReach, onReach } from "./reach.js";
import { byId, element } from "./screen.js";
import { askToStay } from "./store.js";
import { timeOf, whenOf } from "./today.js";
import { words } from "./words.js";

const BETWEEN = language === "en" ? " " : "";
const EVERY_MS = 30_000;
const LITTLE_BYTES = 20_000_000;
const SIGN_IN = ["unauthorized", "till_not_set_up", "password_change_needed"];

let trouble = null; // why the server takes nothing: {code, detail}
let terminal = null; // the one that this page is, as the server says
let little = false; // the disk is nearly full

export function startBanner() {
  onAnnounce("queue", draw);
  onAnnounce("pack", draw);
  onAnnounce("sync", (told) => {
    trouble = told.problem;
    terminal = told.terminal ?? terminal;
    draw();
  });
  onReach(draw);
  setInterval(draw, EVERY_MS);
  askToStay().then(({ left }) => {
    little = left !== null && left < LITTLE_BYTES;
    draw();
  });
  return draw();
}

async function draw() {
  const [all, pack] = await Promise.all([rows().catch(() => []), keptPack().catch(() => null)]);
  const waiting = all.filter(isUnsent);
  const lines = canReach() ? online(waiting) : alone(waiting, pack, all);
  const [says, ...more] = little && lines.length ? [...lines, words.offline_full_soon] : lines;
  byId("banner").hidden = !says;
  if (byId("banner-says").textContent !== (says ?? "")) byId("banner-says").textContent = says ?? "";
  byId("banner-more").textContent = more.join(BETWEEN);
  byId("banner-go").hidden = !(canReach() && SIGN_IN.includes(trouble?.code));
  listWaiting(waiting);
  listOwed(all.filter((row) => row.status === "refused" && !row.ticked));
}

const since = (list) => timeOf(list[0].item.occurred_at ?? list[0].moment.told);
const counted = (text, list) => text.replace("COUNT", list.length).replace("TIME", list.length ? since(list) : "");

function online(waiting) {
  if (!waiting.length) return [];
  const reason = trouble && (SIGN_IN.includes(trouble.code) ? words.offline_sign_in : trouble.detail);
  if (reason) return [counted(words.offline_waits, waiting), reason, words.offline_kept];
  const elsewhere = waiting.filter((row) => terminal && row.terminal.id !== terminal);
  if (!elsewhere.length) return [counted(words.offline_sending, waiting)];
  return [counted(words.offline_elsewhere, elsewhere).replace("WHERE", elsewhere[0].terminal.label || elsewhere[0].terminal.code), words.offline_kept];
}

function alone(waiting, pack, all) {
  const why = whyNot(pack);
  const kept = waiting.length ? [words.offline_kept] : [];
  if (why) return [waiting.length ? counted(words.offline_waiting, waiting) : words.offline_no_network, problem({ code: why }, pack).detail, ...kept];
  const room = roomLeft(pack, all);
  const left = words.offline_left
    .replace("AMOUNT", money(room.terminal_fen))
    .replace("EACH", money(Math.min(room.redemption_fen, room.terminal_fen)))
    .replace("CARD", money(pack.caps.card_fen))
    .replace("TIME", whenOf(Date.parse(pack.valid_until)));
  return [waiting.length ? counted(words.offline_waiting, waiting) : words.offline_alone, left, words[`offline_bearer_${pack.bearer}`], ...kept];
}

const given = ({ item }) =>
  words.offline_given.replace("DISCOUNT", money(item.discount_fen)).replace("PAYABLE", money(item.payable_fen)).replace("ORDER", item.order_no);

function listWaiting(waiting) {
  byId("queued").hidden = !waiting.length;
  byId("queued-list").replaceChildren(
    ...waiting.map((row) => element("li", {}, element("strong", { textContent: since([row]) }), ` ${given(row)} · ${words.offline_status[row.status]}`)),
  );
}

function listOwed(owed) {
  byId("owed").hidden = !owed.length;
  byId("owed-title").textContent = words.offline_owed.replace("COUNT", owed.length);
  byId("owed-list").replaceChildren(...owed.map(owedItem));
}

function owedItem(row) {
  const { detail, code, bearer } = row.answer;
  const seen = element("button", { type: "button", className: "btn btn-outline-secondary btn-sm", textContent: words.offline_ticked });
  seen.setAttribute("aria-label", `${words.offline_ticked} ${row.item.order_no}`);
  seen.addEventListener("click", () => tick(row.client_id));
  const why = element("span", {}, `${detail ?? ""} `, element("code", { textContent: code }));
  const more = [words[`offline_bearer_${bearer ?? row.bearer}`], words.offline_next, row.corrected ? `（${words.offline_corrected}）` : ""];
  const actions = element("div", { className: "owed-actions" }, seen);
  const item = element("li", {}, element("p", {}, element("strong", { textContent: since([row]) }), ` ${given(row)}`), element("p", {}, why), element("p", { textContent: more.join(BETWEEN) }), actions);
  // Who can do more with it (a claim, say) adds a button of its own.
  document.dispatchEvent(new CustomEvent("till:owed", { detail: { row, actions, settled: () => tick(row.client_id) } }));
  return item;
}
