// @ts-check
// The page of a claim's slip: choose the width, print. A slip is no receipt and is not counted.
import { byId } from "./elements.js";
import { layOut, listenToWidths, printLaidOut } from "./paper.js";

listenToWidths(() => layOut(byId("paper")));
// There is nothing to print for a claim that was decided.
byId("print-slip")?.addEventListener("click", () => printLaidOut());
