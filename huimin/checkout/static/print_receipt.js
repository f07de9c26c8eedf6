// @ts-check
// Print a receipt: the server counts it and gives the paper, the browser prints just that.
import { ask } from "./ask.js";
import { layOut, paperWidth, printLaidOut } from "./paper.js";

/**
 * Count the printing, lay the paper out and print it. Throws the problem when it is refused.
 * @param {string} address
 * @param {HTMLElement} paper
 */
export async function printFrom(address, paper) {
  const answer = await ask(address, { width: Number(paperWidth()) });
  layOut(paper, answer.paper);
  await printLaidOut();
}
