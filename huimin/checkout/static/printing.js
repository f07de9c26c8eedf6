// @ts-check
// Printing at the till: the receipt of a sale or a return, here and from today's list.
import { asProblem, reason } from "./ask.js";
import { byId, element } from "./elements.js";
import { on } from "./page_events.js";
import { printFrom } from "./print_receipt.js";
import { tell } from "./screen.js";
import { addresses, words } from "./words.js";

/**
 * @param {string} id of the ledger's row
 * @param {HTMLButtonElement} pressed
 */
async function printReceipt(id, pressed) {
  pressed.disabled = true;
  try {
    await printFrom(addresses.prints.replace("LEDGER", id), byId("paper"));
    pressed.textContent = words.print_again;
  } catch (thrown) {
    tell(reason(asProblem(thrown)));
  } finally {
    pressed.disabled = false;
  }
}

/**
 * A link to a receipt's own page: width, look, reprint, ESC/POS file.
 * @param {{id: string, receipt_no: string}} sale
 */
export function receiptLink(sale) {
  const link = element("a", {
    className: "btn btn-outline-secondary btn-sm",
    textContent: words.receipt_short,
  });
  link.href = addresses.receiptPage.replace("LEDGER", sale.id);
  link.setAttribute("aria-label", `${words.receipt_short} ${sale.receipt_no}`);
  return link;
}

export function listenToPrinting() {
  on("recorded", ({ kind, receipt: { id } }) => {
    const print = kind === "redemption" ? byId("print") : byId("print-back");
    print.textContent = kind === "redemption" ? words.print : words.print_back;
    // What was sold without network has no receipt of the ledger yet.
    print.hidden = !id;
    print.onclick = () => id && printReceipt(id, print);
  });
}
