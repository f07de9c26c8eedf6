// Lists: a press anywhere on a row opens its thing, and the way back from there leads to the list as it
// was left, with its filters, its order and its page. Without scripts the row's link and the browser's
// own way back do the same.
const member = document.querySelector("script[data-member]")?.dataset.member || "";
const table = document.querySelector("table.as-cards");

for (const row of table?.tBodies[0]?.rows || []) {
  const link = row.querySelector("th[scope=row] a");
  if (!link) continue;
  row.classList.add("opens");
  row.addEventListener("click", (event) => {
    const isOther = event.target.closest("a, button, input, select, label, summary");
    if (isOther || event.button || String(document.getSelection())) return;
    if (event.ctrlKey || event.metaKey) window.open(link.href);
    else link.click();
  });
}

// On a phone the filters unfold by a press.
const fold = document.querySelector(".fold-button");
fold?.addEventListener("click", () => {
  fold.setAttribute("aria-expanded", String(fold.getAttribute("aria-expanded") !== "true"));
});

// For this window only, and only for whoever is signed in now.
const key = (path) => `list ${member} ${path}`;
if (table || document.querySelector("form.filters")) {
  sessionStorage.setItem(key(location.pathname), location.search);
}
for (const link of document.querySelectorAll(".crumbs a")) {
  const search = sessionStorage.getItem(key(link.pathname));
  if (search && !link.search && link.pathname !== location.pathname) link.search = search;
}
