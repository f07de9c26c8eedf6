// Take a sale back, whole or in part; above the merchant's own amount the manager confirms it here.
import { ask, reason } from "./ask.js";
import { fenOf, money, yuan } from "./money.js";
import { byId, show } from "./screen.js";
import { sound } from "./sound.js";
import { addresses, words } from "./words.js";

const CODES = ["code_needed", "code_wrong"];
let reversing = null; // {id, left_fen, key}

// `sale` is {id, receipt_no, left_fen}.
export function startReverse(sale) {
  reversing = { id: sale.id, left_fen: sale.left_fen, key: crypto.randomUUID() };
  byId("reverse-receipt").textContent = sale.receipt_no;
  byId("reverse-amount").value = yuan(sale.left_fen);
  byId("reverse-left").textContent = money(sale.left_fen);
  byId("reverse-problem").textContent = "";
  forgetManager();
  said();
  show("reverse", "reverse-amount");
  byId("reverse-amount").select();
}

function forgetManager() {
  byId("manager").hidden = byId("manager-code-box").hidden = true;
  for (const id of ["manager-name", "manager-password", "manager-code"]) byId(id).value = "";
}

// The button says what it does: all of it, or which part.
function said() {
  const amount = fenOf(byId("reverse-amount").value);
  const all = amount === reversing.left_fen;
  byId("reverse-confirm").textContent = (all ? words.reverse_all : words.reverse_part).replace("AMOUNT", money(amount || 0));
}

function managersWord() {
  if (byId("manager").hidden) return {};
  const [username, password, code] = ["name", "password", "code"].map((part) => byId(`manager-${part}`).value);
  return { manager: { username: username.trim(), password, ...(code.trim() ? { code: code.trim() } : {}) } };
}

async function reverse(facing) {
  const amount = fenOf(byId("reverse-amount").value);
  if (!amount) return (byId("reverse-problem").textContent = words.amount);
  const body = { amount_fen: amount, reason: byId("reverse-reason").value.trim(), ...managersWord() };
  byId("reverse-confirm").disabled = true;
  try {
    const told = await ask(addresses.reverse.replace("REDEMPTION", reversing.id), body, reversing.key);
    forgetManager();
    byId("reversed-payable").textContent = money(told.payable_fen);
    byId("reversed-receipt").textContent = told.receipt_no;
    facing.show({ kind: "refund", payable_fen: told.payable_fen });
    show("reversed", byId("reversed").querySelector("[data-next]"));
    sound.yes();
    document.dispatchEvent(new CustomEvent("till:recorded", { detail: { kind: "reversal", done: told } }));
  } catch (problem) {
    if (problem instanceof Error) throw problem;
    byId("reverse-problem").textContent = reason(problem);
    askManager(problem.code);
    sound.no();
  } finally {
    byId("reverse-confirm").disabled = false;
  }
}

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

export function listenToReverse(facing) {
  byId("reverse-amount").addEventListener("input", () => {
    reversing.key = crypto.randomUUID(); // another amount is another reversal
    said();
  });
  byId("reasons").addEventListener("click", (event) => {
    if (event.target.dataset.reason) byId("reverse-reason").value = event.target.dataset.reason;
    reversing.key = crypto.randomUUID();
  });
  byId("reverse-reason").addEventListener("input", () => (reversing.key = crypto.randomUUID()));
  byId("reverse-form").addEventListener("submit", (event) => {
    event.preventDefault();
    reverse(facing);
  });
}
