// @ts-check
// Reverse a sale, whole or in part. Above an amount that the merchant sets, the manager confirms it here.
import { ask, asProblem, reason } from "./ask.js";
import { byId } from "./elements.js";
import { amountText, fenOf, money } from "./money.js";
import { emit } from "./page_events.js";
import { randomId } from "./random_id.js";
import { show } from "./screen.js";
import { sound } from "./sound.js";
import { addresses, words } from "./words.js";

/** @import { Facing } from "./facing.js" */

const CODES = ["code_needed", "code_wrong"];
// Only a retry of the same body keeps its key: with another amount or reason it is another reversal.
let reversing = { id: "", left_fen: 0, key: "" };

/** @param {{id: string, receipt_no: string, left_fen: number}} sale */
export function startReversal({ id, receipt_no, left_fen }) {
  reversing = { id, left_fen, key: randomId() };
  byId("reverse-receipt").textContent = receipt_no;
  byId("reverse-amount").value = amountText(left_fen);
  byId("reverse-left").textContent = money(left_fen);
  byId("reverse-problem").textContent = "";
  forgetManager();
  sayWhatIsConfirmed();
  show("reverse", "reverse-amount");
  byId("reverse-amount").select();
}

function forgetManager() {
  byId("manager").hidden = byId("manager-code-box").hidden = true;
  byId("manager-name").value = byId("manager-password").value = byId("manager-code").value = "";
}

/** The button says what it does: reverse all of it, or which part. */
function sayWhatIsConfirmed() {
  const amount = fenOf(byId("reverse-amount").value);
  const text = amount === reversing.left_fen ? words.reverse_all : words.reverse_part;
  byId("reverse-confirm").textContent = text.replace("AMOUNT", money(amount || 0));
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
  const amount = fenOf(byId("reverse-amount").value);
  if (!amount) {
    byId("reverse-problem").textContent = words.amount;
    return;
  }
  const body = {
    amount_fen: amount,
    reason: byId("reverse-reason").value.trim(),
    ...managersWord(),
  };
  byId("reverse-confirm").disabled = true;
  try {
    const receipt = await ask(
      addresses.reverse.replace("REDEMPTION", reversing.id),
      body,
      reversing.key,
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
    byId("reverse-problem").textContent = reason(problem);
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
  byId("reverse-amount").addEventListener("input", () => {
    renewKey();
    sayWhatIsConfirmed();
  });
  byId("reasons").addEventListener("click", (event) => {
    const chosen = /** @type {HTMLElement} */ (event.target).dataset.reason;
    if (chosen) byId("reverse-reason").value = chosen;
    renewKey();
  });
  byId("reverse-reason").addEventListener("input", renewKey);
  byId("reverse-form").addEventListener("submit", (event) => {
    event.preventDefault();
    reverse(facing);
  });
}
