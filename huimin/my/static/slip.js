// @ts-check
// The button that prints the slip.

document.querySelector("[data-print]")?.addEventListener("click", () => window.print());
