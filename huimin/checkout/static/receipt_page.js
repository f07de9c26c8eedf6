// @ts-check
// The page of one receipt: choose the width, look, print.
import { asProblem, reason } from "./ask.js";
import { byId } from "./elements.js";
import { layOut, listenToWidths, paperWidth } from "./paper.js";
import { printFrom } from "./print_receipt.js";
import { addresses } from "./words.js";

/** @type {NodeListOf<HTMLInputElement>} */
const widthFields = document.querySelectorAll("[data-paper-width]");

listenToWidths(() => {
  layOut(byId("paper"));
  for (const field of widthFields) field.value = paperWidth();
});
byId("print-receipt").addEventListener("click", async () => {
  byId("print-receipt").disabled = true;
  byId("print-problem").textContent = "";
  try {
    await printFrom(addresses.print, byId("paper"));
  } catch (thrown) {
    byId("print-problem").textContent = reason(asProblem(thrown));
  } finally {
    byId("print-receipt").disabled = false;
  }
});
