// @ts-check
// The paper of a receipt or a slip, as this page prints it. Its width is this device's own choice, and
// the page is as long as what stands on it.

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
    // A browser that keeps nothing still prints.
  }
}

/**
 * The choices of width on this page: they show and keep what this device prints on.
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
 * `@page` can't stand in a style attribute; a sheet of our own is allowed by the policy of the page.
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
 * Put the paper in place at this device's width; the page is then as long as the paper.
 * @param {HTMLElement} paper
 * @param {string} [html] what stands on it; without it, what stands there already
 */
export function layOut(paper, html) {
  if (html !== undefined) paper.innerHTML = html;
  paper.dataset.width = paperWidth();
  const height = Math.ceil(paper.getBoundingClientRect().height * MM_PER_PIXEL) + SPARE_MM;
  setPage(paperWidth(), height);
}

// Only what was counted reaches a printer: the paper can be printed while this class is set (receipt.css).
window.addEventListener("afterprint", () => document.body.classList.remove("prints-paper"));

/** Print what is laid out. */
export async function printLaidOut() {
  await document.fonts.ready;
  document.body.classList.add("prints-paper");
  window.print();
}
