// Printing at the till: the receipt of a sale or a return, here and from today's list.
import { reason } from "./ask.js";
import { printFrom } from "./receipt.js";
import { byId, element, tell } from "./screen.js";
import { addresses, words } from "./words.js";

const paper = () => byId("paper");

export async function printReceipt(id, button) {
  if (button) button.disabled = true;
  try {
    await printFrom(addresses.prints.replace("LEDGER", id), paper());
    if (button) button.textContent = words.print_again;
  } catch (problem) {
    tell(reason(problem));
  } finally {
    if (button) button.disabled = false;
  }
}

// The place of a receipt's own page: width, look, reprint, ESC/POS file.
export function receiptLink(row) {
  const link = element("a", { className: "btn btn-outline-secondary btn-sm", textContent: words.receipt_short });
  link.href = addresses.receiptPage.replace("LEDGER", row.id);
  link.setAttribute("aria-label", `${words.receipt_short} ${row.receipt_no}`);
  return link;
}

export function listenToPrinting() {
  const back = element("button", { type: "button", className: "btn btn-outline-primary btn-lg", id: "print-back", textContent: words.print_back });
  byId("reversed-actions").append(back);
  document.addEventListener("till:recorded", ({ detail }) => {
    const button = detail.kind === "redemption" ? byId("print") : back;
    button.textContent = detail.kind === "redemption" ? words.print : words.print_back;
    // What was sold without network has no receipt of the ledger yet.
    button.hidden = !detail.done.id;
    button.onclick = () => printReceipt(detail.done.id, button);
  });
}
