// The page of a claim's slip: choose the width, print. A slip is no receipt and is not counted.
import { layOut, listenToWidths, printLaidOut } from "./receipt.js";

const paper = document.getElementById("paper");
listenToWidths(() => layOut(paper));
document.getElementById("print-slip")?.addEventListener("click", () => printLaidOut());
