// Print a receipt: the server counts it and gives the paper, the browser prints just that. The width
// of the paper is this device's own choice, and the page is as long as what stands on it.
import { ask, reason } from "./ask.js";

const KEPT = "huimin.paper_width_mm";
const WIDTHS = ["58", "80"];
const SPARE_MM = 1; // printing rounds up; without it the last line may fall onto a second page
const MM_PER_PIXEL = 25.4 / 96;

export function paperWidth() {
  try {
    const kept = localStorage.getItem(KEPT);
    return WIDTHS.includes(kept) ? kept : "80";
  } catch {
    return "80";
  }
}

export function keepPaperWidth(width) {
  try {
    localStorage.setItem(KEPT, width);
  } catch {
    // A browser that keeps nothing still prints.
  }
}

// The choices of width on this page: they show and keep what this device prints on.
export function listenToWidths(changed) {
  const choices = [...document.querySelectorAll('input[name="paper-width"]')];
  for (const choice of choices) {
    choice.checked = choice.value === paperWidth();
    choice.addEventListener("change", () => {
      keepPaperWidth(choice.value);
      changed(choice.value);
    });
  }
  changed(paperWidth());
}

let pageRule = null;

// `@page` can't stand in a style attribute; a sheet of our own is allowed by the policy of the page.
function setPage(width, height) {
  if (!pageRule) {
    pageRule = new CSSStyleSheet();
    document.adoptedStyleSheets = [...document.adoptedStyleSheets, pageRule];
  }
  pageRule.replaceSync(`@page { size: ${width}mm ${height}mm; margin: 0; }`);
}

// Put the paper in place at this device's width; the page is then as long as the paper.
export function layOut(paper, html) {
  if (html !== undefined) paper.innerHTML = html;
  paper.dataset.width = paperWidth();
  const height = Math.ceil(paper.getBoundingClientRect().height * MM_PER_PIXEL) + SPARE_MM;
  setPage(paperWidth(), height);
}

// Only what was counted reaches a printer: the paper can be printed while this class is set (receipt.css).
window.addEventListener("afterprint", () => document.body.classList.remove("prints-paper"));

// Count the printing, lay the paper out and print it. Throws the problem when it is refused.
export async function printFrom(address, paper) {
  const told = await ask(address, { width: Number(paperWidth()) });
  layOut(paper, told.paper);
  await printLaidOut();
}

// Print what is laid out.
export async function printLaidOut() {
  await document.fonts.ready;
  document.body.classList.add("prints-paper");
  window.print();
}
