// On a slow device a button can be seen, and pressed, before the page's modules have run. Such a press is kept,
// and answered once they have: they all run before the page's content counts as loaded. Of several presses the
// last one counts. What needs no script (links, forms that are posted) goes its way at once. This file is no
// module, so that it listens before there is any button.
(function () {
  if (document.readyState !== "loading") return;
  /** @type {HTMLButtonElement | null} */
  var pressed = null;

  /** @param {HTMLButtonElement} button */
  function needsScript(button) {
    return button.type === "button" || Boolean(button.form && button.form.method === "dialog");
  }

  /** @param {MouseEvent} event */
  function keep(event) {
    var target = /** @type {Element} */ (event.target);
    var button = /** @type {HTMLButtonElement | null} */ (target.closest("button"));
    if (!button || !needsScript(button)) return;
    event.preventDefault();
    if (pressed) pressed.removeAttribute("aria-busy");
    pressed = button;
    button.setAttribute("aria-busy", "true"); // which the style sheet shows
  }

  function answer() {
    document.removeEventListener("click", keep, true);
    if (!pressed) return;
    pressed.removeAttribute("aria-busy");
    pressed.click();
  }

  document.addEventListener("click", keep, true);
  document.addEventListener("DOMContentLoaded", answer);
})();
