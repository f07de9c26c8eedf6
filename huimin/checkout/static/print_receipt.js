// @ts-check
// Print a receipt: the server counts the print and sends the paper, and the browser prints only that.
import { ask } from "./ask.js";
import { layOut, paperWidth, printLaidOut, requirePrinting } from "./paper.js";

/**
 * Have the print counted, lay the paper out and print it. Throws a Problem if it is refused.
 * @param {string} address
 * @param {HTMLElement} paper
 */
export async function printFrom(address, paper) {
  requirePrinting(); // before the server counts it
  const answer = await ask(address, { width: Number(paperWidth()) });
  layOut(paper, answer.paper);
  await printLaidOut();
}
