// The demo's tour: it stays as it was left, open or closed, and follows what happens elsewhere.
const tour = document.querySelector("[data-tour]");
const KEY = "huimin.tour";

// On a phone it would be most of the first screen: it begins folded, and says the stop all the same.
const narrow = matchMedia("(max-width: 575.98px)").matches;
if ((localStorage.getItem(KEY) ?? (narrow ? "closed" : "open")) === "closed") tour.open = false;
tour.addEventListener("toggle", () => localStorage.setItem(KEY, tour.open ? "open" : "closed"));

const EVERY_MS = 5_000;

async function look() {
  if (document.hidden || tour.contains(document.activeElement)) return;
  try {
    const answer = await fetch(tour.dataset.tour, { headers: { Accept: "text/html" } });
    const text = answer.ok && !answer.redirected ? await answer.text() : "";
    const fresh = new DOMParser().parseFromString(text, "text/html").body;
    // Only if it changed: a screen reader and a finger are not disturbed for nothing.
    const said = fresh.querySelector("summary")?.textContent;
    if (said && said !== tour.querySelector("summary").textContent) tour.replaceChildren(...fresh.childNodes);
  } catch {} // the next look asks again
}
setInterval(look, EVERY_MS);
addEventListener("focus", look);
