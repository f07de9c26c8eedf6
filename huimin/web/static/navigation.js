// The header: one panel open at a time, Escape and a press elsewhere close it, and what waits on the
// pages of a group is asked for when the first one is opened.
const header = document.querySelector(".site-header");
const menu = header.querySelector(".menu-button");
const groups = [...header.querySelectorAll(".nav-group")];
const nav = header.querySelector(".site-nav");

// Browsers that don't know the name of a details element keep several open.
for (const group of groups) {
  group.addEventListener("toggle", () => {
    if (!group.open) return;
    for (const other of groups) if (other !== group) other.open = false;
    askOnce();
  });
}

document.addEventListener("click", (event) => {
  if (!event.target.closest(".nav-group")) close();
});
// Whoever tabs on leaves the panel. Focus alone says nothing: the till takes it back for its field.
header.addEventListener("keyup", (event) => {
  if (event.key === "Tab" && !event.target.closest(".nav-group[open]")) close();
});
// Before anything else on the page hears of it: to close a panel is not to give up what is below it.
document.addEventListener(
  "keydown",
  (event) => {
    if (event.key !== "Escape") return;
    const open = groups.find((group) => group.open);
    const isMenuOpen = menu.getAttribute("aria-expanded") === "true" && menu.offsetParent;
    if (!open && !isMenuOpen) return;
    event.stopPropagation();
    close();
    if (open) open.querySelector("summary").focus();
    else menu.click();
  },
  true,
);

function close() {
  for (const group of groups) group.open = false;
}

menu.addEventListener("click", () => {
  const opens = menu.getAttribute("aria-expanded") !== "true";
  menu.setAttribute("aria-expanded", String(opens));
  const current = groups.find((group) => "current" in group.dataset);
  if (opens && current) current.open = true;
});

let isAsked = false;

async function askOnce() {
  if (isAsked || !nav.dataset.waiting) return;
  isAsked = true;
  try {
    const answer = await fetch(nav.dataset.waiting, { headers: { Accept: "application/json" } });
    for (const { endpoint, words, address } of (await answer.json()).waiting) {
      const link = document.createElement("a");
      link.className = "nav-waits";
      link.href = address;
      link.textContent = words;
      nav.querySelector(`[data-endpoint="${endpoint}"]`)?.append(link);
    }
  } catch {
    isAsked = false; // the next opening asks again
  }
}

// "/" goes to the search from wherever nothing is being typed.
document.addEventListener("keydown", (event) => {
  const field = header.querySelector("[data-search]");
  const isTyping = event.target.closest("input, select, textarea, [contenteditable]");
  if (event.key !== "/" || !field || isTyping || event.ctrlKey || event.metaKey) return;
  event.preventDefault();
  if (menu.getAttribute("aria-expanded") === "false" && menu.offsetParent) menu.click();
  field.focus();
});
