// A whole table is sorted in the page: each head of a table with data-sortable becomes a button, and on a phone, where
// its rows are cards, the heads are a choice that the attribute names. Figures begin
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

/** @param {HTMLTableElement} table */
function makeSortable(table) {
  const heads = Array.from(table.tHead.rows[0].cells);

  /** @param {number} place */
  function sortBy(place) {
    const head = heads[place];
    const figures = head.classList.contains("number");
    const now = head.getAttribute("aria-sort");
    const descending = now ? now === "ascending" : figures;
    for (const other of heads) {
      other.removeAttribute("aria-sort");
      other.querySelector(".sorts span").textContent = " ↕";
    }
    head.setAttribute("aria-sort", descending ? "descending" : "ascending");
    head.querySelector(".sorts span").textContent = descending ? " ↓" : " ↑";
    sort(table, place, descending, figures);
  }

  /** The heads in a choice above the cards of a phone, where they are not seen. */
  function makeChoice() {
    const label = document.createElement("label");
    const choice = document.createElement("select");
    label.className = "sort-by";
    choice.className = "form-select form-select-sm";
    choice.append(new Option("—", ""), ...heads.map((head, place) => new Option(head.textContent.trim(), String(place))));
    choice.addEventListener("change", () => (choice.value ? sortBy(Number(choice.value)) : undefined));
    label.append(table.dataset.sortable, " ", choice);
    table.before(label);
  }

  if (table.classList.contains("as-cards")) makeChoice();
  heads.forEach((head, place) => {
    const button = document.createElement("button");
    const arrow = document.createElement("span");
    button.type = "button";
    button.className = "sorts";
    button.append(...head.childNodes);
    arrow.setAttribute("aria-hidden", "true");
    arrow.textContent = " ↕";
    button.append(arrow);
    head.append(button);
    button.addEventListener("click", () => sortBy(place));
  });
}

for (const table of /** @type {NodeListOf<HTMLTableElement>} */ (document.querySelectorAll("table[data-sortable]"))) {
  makeSortable(table);
}

// On paper every table is open; a section that an address names is opened with its table.
addEventListener("beforeprint", () => {
  for (const table of document.querySelectorAll("details.figures-table")) table.setAttribute("open", "");
});
