// A whole table is sorted in the page: each head of a table with data-sortable becomes a button. Figures begin
// with the largest, names with the first; pressed again, the other way round. What has no value stands last, the
// foot stays where it is. Without this script the rows stand in an order that makes sense.

const collator = new Intl.Collator(document.documentElement.lang || undefined, { numeric: true });

/** The number that a cell shows, "↓ ¥1,234.50" as -1234.5; null where it shows none. @param {string} text */
function numberIn(text) {
  const digits = text.replace(/[^0-9.]/g, "");
  if (!digits) return null;
  return Number(digits) * (/[↓−-]/.test(text) ? -1 : 1);
}

/** @param {HTMLTableElement} table @param {number} place @param {boolean} descending @param {boolean} figures */
function sort(table, place, descending, figures) {
  const body = table.tBodies[0];
  const direction = descending ? -1 : 1;
  const rows = Array.from(body.rows, (row) => {
    const text = row.cells[place].textContent.trim();
    return { row, text, number: figures ? numberIn(text) : null };
  });
  rows.sort((one, other) => {
    if (!figures) return direction * collator.compare(one.text, other.text);
    if (one.number === null || other.number === null) return Number(one.number === null) - Number(other.number === null);
    return direction * (one.number - other.number);
  });
  body.append(...rows.map((each) => each.row));
}

for (const table of /** @type {NodeListOf<HTMLTableElement>} */ (document.querySelectorAll("table[data-sortable]"))) {
  const heads = Array.from(table.tHead.rows[0].cells);
  heads.forEach((head, place) => {
    const figures = head.classList.contains("number");
    const button = document.createElement("button");
    const arrow = document.createElement("span");
    button.type = "button";
    button.className = "sorts";
    button.append(...head.childNodes);
    arrow.setAttribute("aria-hidden", "true");
    arrow.textContent = " ↕";
    button.append(arrow);
    head.append(button);
    button.addEventListener("click", () => {
      const now = head.getAttribute("aria-sort");
      const descending = now ? now === "ascending" : figures;
      for (const other of heads) {
        other.removeAttribute("aria-sort");
        other.querySelector(".sorts span").textContent = " ↕";
      }
      head.setAttribute("aria-sort", descending ? "descending" : "ascending");
      arrow.textContent = descending ? " ↓" : " ↑";
      sort(table, place, descending, figures);
    });
  });
}

// On paper every table is open; a section that an address names is opened with its table.
addEventListener("beforeprint", () => {
  for (const table of document.querySelectorAll("details.figures-table")) table.setAttribute("open", "");
});
