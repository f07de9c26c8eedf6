// @ts-check
// The page of a claim's slip: choose the width, print. Unlike receipts, slips are not counted.
import { byId } from "./elements.js";
import { layOut, listenToWidths, printLaidOut } from "./paper.js";

listenToWidths(() => layOut(byId("paper")));
// A claim that has been decided has no button to print its slip.
byId("print-slip")?.addEventListener("click", () =>
  printLaidOut().catch((problem) => (byId("print-problem").textContent = problem.detail)),
);
