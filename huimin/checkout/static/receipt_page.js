// The page of one receipt: choose the width, look, print.
import { reason } from "./ask.js";
import { layOut, listenToWidths, paperWidth, printFrom } from "./receipt.js";

const place = document.querySelector("[data-receipt]");
const paper = document.getElementById("paper");
const button = document.getElementById("print-receipt");
const problem = document.getElementById("print-problem");

listenToWidths(() => {
  layOut(paper);
  for (const field of document.querySelectorAll("[data-paper-width]")) field.value = paperWidth();
});
button.addEventListener("click", async () => {
  button.disabled = true;
  problem.textContent = "";
  try {
    await printFrom(place.dataset.print, paper);
  } catch (refused) {
    problem.textContent = reason(refused);
  } finally {
    button.disabled = false;
  }
});
