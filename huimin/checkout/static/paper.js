// @ts-check
// Lays out and prints the paper of a receipt or slip. Each device keeps its own paper width; the printed
// page is as long as its content.

import { words } from "./words.js";

const WIDTH_KEY = "huimin.paper_width_mm";
const WIDTHS = ["58", "80"];
const SPARE_MM = 1; // printing rounds up; without it the last line may fall onto a second page
const MM_PER_PIXEL = 25.4 / 96;

/** In millimetres. */
export function paperWidth() {
  try {
    const chosen = localStorage.getItem(WIDTH_KEY) ?? "";
    return WIDTHS.includes(chosen) ? chosen : "80";
  } catch {
    return "80";
  }
}

/** @param {string} width */
function keepPaperWidth(width) {
  try {
    localStorage.setItem(WIDTH_KEY, width);
  } catch {
    // A browser without storage can still print.
  }
}

/**
 * Connect the page's choices of paper width: they show this device's width, and set it.
 * @param {() => unknown} changed
 */
export function listenToWidths(changed) {
  /** @type {NodeListOf<HTMLInputElement>} */
  const choices = document.querySelectorAll('input[name="paper-width"]');
  for (const choice of choices) {
    choice.checked = choice.value === paperWidth();
    choice.addEventListener("change", () => {
      keepPaperWidth(choice.value);
      changed();
    });
  }
  changed();
}

/** @type {CSSStyleSheet | null} */
let pageRule = null;

/**
 * `@page` can't be set in a style attribute; the page's security policy allows a constructed style sheet.
 * @param {string} width
 * @param {number} height
 */
function setPage(width, height) {
  if (!pageRule) {
    pageRule = new CSSStyleSheet();
    document.adoptedStyleSheets = [...document.adoptedStyleSheets, pageRule];
  }
  pageRule.replaceSync(`@page { size: ${width}mm ${height}mm; margin: 0; }`);
}

/**
 * Set the paper's width and the length of the printed page.
 * @param {HTMLElement} paper
 * @param {string} [html] new content; without it, the content that is there
 */
export function layOut(paper, html) {
  if (html !== undefined) paper.innerHTML = html;
  paper.dataset.width = paperWidth();
  const height = Math.ceil(paper.getBoundingClientRect().height * MM_PER_PIXEL) + SPARE_MM;
  setPage(paperWidth(), height);
}

// The paper can only be printed while this class is set (receipt.css), so that every print is counted.
window.addEventListener("afterprint", () => document.body.classList.remove("prints-paper"));

/** Throws a Problem if this browser can't print at all: some on phones and within apps can't. */
export function requirePrinting() {
  if (typeof window.print !== "function") throw { code: "printless", detail: words.cannot_print };
}

/** Print what is laid out. Throws a Problem where the browser can't. */
export async function printLaidOut() {
  requirePrinting();
  await document.fonts.ready;
  document.body.classList.add("prints-paper");
  window.print();
}
