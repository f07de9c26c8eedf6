// @ts-check
// Printing at the till: the receipt of a sale or a return, here and from today's list.
import { asProblem, reason } from "./ask.js";
import { minuteOf } from "./county_time.js";
import { byId, element } from "./elements.js";
import { printSlip } from "./local_slip.js";
import { on } from "./page_events.js";
import { printFrom } from "./print_receipt.js";
import { tell } from "./screen.js";
import { addresses, words } from "./words.js";

/** @import { Receipt } from "./desk.js" */

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

/** @param {Receipt} receipt of a sale made without network */
function printOfflineSlip({ order_no, amount_fen, discount_fen, payable_fen, recorded_at }) {
  return printSlip({
    title: words.offline_slip_title,
    note: words.offline_slip_note,
    at: minuteOf(recorded_at),
    order_no,
    amounts: [
      [words.list_price, amount_fen],
      [words.saved, -discount_fen],
    ],
    payable_fen,
  });
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
  on("recorded", ({ kind, receipt }) => {
    const { id } = receipt;
    const print = kind === "redemption" ? byId("print") : byId("print-back");
    print.textContent = kind === "redemption" ? words.print : words.print_back;
    // What was sold without network has no receipt of the ledger yet, but a slip with its order number.
    if (!id) print.textContent = words.offline_slip_title;
    print.onclick = () => (id ? printReceipt(id, print) : printOfflineSlip(receipt));
  });
}
