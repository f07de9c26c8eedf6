// @ts-check
// Reverse a sale, whole or in part. Above an amount that the merchant sets, the manager confirms it here.
import { ask, asProblem, reason } from "./ask.js";
import { byId } from "./elements.js";
import { money } from "./money.js";
import { emit } from "./page_events.js";
import { randomId } from "./random_id.js";
import { isUnderway, lockedWhile } from "./recording.js";
import { chosenPart, isAllChosen, listenToParts, offerParts } from "./return_parts.js";
import { show, tell } from "./screen.js";
import { sound } from "./sound.js";
import { addresses, words } from "./words.js";

/** @import { Facing } from "./facing.js" */
/** @import { SaleRecord } from "./return_parts.js" */

const CODES = ["code_needed", "code_wrong", "code_unreadable"];
const QUOTE_AFTER_MS = 150;
const WAIT_MS = 15_000; // no answer by then counts as none; the same press again is the same reversal
// Only a retry of the same body keeps its key: with another part or reason it is another reversal.
let reversing = { id: "", key: "" };
let turn = 0; // counts the questions: the answer to any but the newest is dropped
let quoteTimer = 0;

/**
 * Open the form for a sale: what is left of it is asked first.
 * @param {{id: string, receipt_no: string}} sale
 */
export async function startReversal({ id, receipt_no }) {
  const asked = ++turn;
  /** @type {SaleRecord} */
  let record;
  try {
    record = await ask(addresses.record.replace("REDEMPTION", id));
  } catch (thrown) {
    if (asked === turn) tell(reason(asProblem(thrown)));
    return;
  }
  if (asked !== turn || isUnderway()) return;
  if (!record.left.amount_fen) return tell(words.returned);
  reversing = { id, key: randomId() };
  byId("reverse-receipt").textContent = receipt_no;
  byId("reverse-left").textContent = money(record.left.amount_fen);
  byId("reverse-problem").textContent = "";
  forgetManager();
  const first = offerParts(record);
  show("reverse", first);
  if (first instanceof HTMLInputElement) first.select();
  quotePart();
}

function forgetManager() {
  byId("manager").hidden = byId("manager-code-box").hidden = true;
  byId("manager-name").value = byId("manager-password").value = byId("manager-code").value = "";
}

/** What was quoted is not what would be confirmed now. */
function forgetQuote() {
  turn += 1;
  clearTimeout(quoteTimer);
  byId("reverse-pays").textContent = "";
  byId("reverse-confirm").textContent = words.reverse_confirm;
}

/** The button says what it does, and the line above it what the customer gets; both once it is known. */
async function quotePart() {
  forgetQuote();
  const asked = turn;
  const part = chosenPart();
  byId("reverse-problem").textContent = "";
  if (typeof part === "string") return;
  try {
    const quoted = await ask(addresses.returnQuote.replace("REDEMPTION", reversing.id), part);
    if (asked !== turn) return;
    byId("reverse-pays").textContent = money(quoted.payable_fen);
    const text = isAllChosen() ? words.reverse_all : words.reverse_part;
    byId("reverse-confirm").textContent = text.replace("AMOUNT", money(quoted.amount_fen));
  } catch (thrown) {
    const problem = asProblem(thrown);
    if (asked === turn) byId("reverse-problem").textContent = reason(problem);
  }
}

function managersWord() {
  if (byId("manager").hidden) return {};
  const code = byId("manager-code").value.trim();
  const manager = {
    username: byId("manager-name").value.trim(),
    password: byId("manager-password").value,
  };
  return { manager: code ? { ...manager, code } : manager };
}

/** @param {Facing} facing */
async function reverse(facing) {
  // The quote that is due would take away what is said here.
  clearTimeout(quoteTimer);
  const part = chosenPart();
  if (typeof part === "string") {
    byId("reverse-problem").textContent = part;
    return;
  }
  const body = {
    ...part,
    reason: byId("reverse-reason").value.trim(),
    ...managersWord(),
  };
  byId("reverse-problem").textContent = "";
  byId("reverse-confirm").disabled = true;
  try {
    const { id, key } = reversing;
    const receipt = await lockedWhile(() =>
      ask(addresses.reverse.replace("REDEMPTION", id), body, key, { wait: WAIT_MS }),
    );
    forgetManager();
    byId("reversed-payable").textContent = money(receipt.payable_fen);
    byId("reversed-receipt").textContent = receipt.receipt_no;
    facing.show({ kind: "refund", payable_fen: receipt.payable_fen });
    show("reversed", "catcher");
    sound.yes();
    emit("recorded", { kind: "reversal", receipt });
  } catch (thrown) {
    const problem = asProblem(thrown);
    const isUnclear = problem.code === "offline";
    byId("reverse-problem").textContent = isUnclear ? words.reverse_unclear : reason(problem);
    askManager(problem.code);
    sound.no();
  } finally {
    byId("reverse-confirm").disabled = false;
  }
}

/** @param {string} code */
function askManager(code) {
  if (code === "manager_needed" && byId("manager").hidden) {
    byId("manager").hidden = false;
    byId("manager-name").focus();
  }
  if (CODES.includes(code)) {
    byId("manager-code-box").hidden = false;
    byId("manager-code").value = "";
    byId("manager-code").focus();
  }
}

/** @param {Facing} facing */
export function listenToReversal(facing) {
  const renewKey = () => (reversing.key = randomId());
  listenToParts(() => {
    renewKey();
    forgetQuote();
    quoteTimer = setTimeout(quotePart, QUOTE_AFTER_MS);
  });
  byId("reasons").addEventListener("click", (event) => {
    const chosen = /** @type {HTMLElement} */ (event.target).dataset.reason;
    if (chosen) byId("reverse-reason").value = chosen;
    renewKey();
  });
  byId("reverse-reason").addEventListener("input", renewKey);
  byId("reverse-form").addEventListener("submit", (event) => {
    event.preventDefault();
    if (!isUnderway()) reverse(facing);
  });
}
