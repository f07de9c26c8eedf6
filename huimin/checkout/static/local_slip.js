// @ts-check
// A slip that this page makes itself, for what the server has not recorded yet: it has the order number, by
// which the shop finds the sale later, and no receipt number.
import { byId, element } from "./elements.js";
import { money } from "./money.js";
import { layOut, printLaidOut } from "./paper.js";
import { thisTill } from "./this_till.js";
import { words } from "./words.js";

/** @typedef {{title: string, note: string, at: string, order_no: string, amounts: [string, number][], payable_fen?: number}} Slip */

/**
 * @param {string} label
 * @param {string} value
 * @param {string} looks
 */
const pair = (label, value, looks = "") =>
  element(
    "p",
    { className: `paper-pair ${looks}` },
    element("span", { textContent: label }),
    element("span", { textContent: value }),
  );

/**
 * Lay the slip out and print it.
 * @param {Slip} slip `at`: when, in words; `amounts`: label and fen
 */
export async function printSlip({ title, note, at, order_no, amounts, payable_fen }) {
  const till = await thisTill();
  const strip = element(
    "div",
    { className: "paper-strip" },
    element("p", { className: "paper-title", textContent: title }),
    element("p", { className: "paper-centre", textContent: till?.called ?? "" }),
    element("hr", { className: "paper-rule" }),
    pair(words.order, order_no),
    pair(words.slip_time, at),
    ...amounts.map(([label, fen]) => pair(label, money(fen))),
  );
  if (payable_fen !== undefined) strip.append(pair(words.paid, money(payable_fen), "paper-sum"));
  strip.append(
    element("hr", { className: "paper-rule" }),
    element("p", { className: "paper-small", textContent: note }),
  );
  byId("paper").replaceChildren(strip);
  layOut(byId("paper"));
  await printLaidOut();
}
