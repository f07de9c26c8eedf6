// On a slow device a button can be seen, and pressed, before the page's modules have run. Such a press is kept,
// and answered once they have: they all run before the page's content counts as loaded. Of several presses the
// last one counts. What needs no script (other links, forms that are posted) goes its way at once. This file is no
// module, so that it listens before there is any button.
(function () {
  if (document.readyState !== "loading") return;
  /** @type {HTMLElement | null} */
  var pressed = null;

  /** @param {HTMLElement} pressable @param {MouseEvent} event */
  function needsScript(pressable, event) {
    // With such a key a link opens in another tab or window, which is no press.
    if (!(pressable instanceof HTMLButtonElement)) return !(event.ctrlKey || event.metaKey || event.shiftKey);
    return pressable.type === "button" || Boolean(pressable.form && pressable.form.method === "dialog");
  }

  /** @param {MouseEvent} event */
  function keep(event) {
    var target = /** @type {Element} */ (event.target);
    var pressable = /** @type {HTMLElement | null} */ (target.closest("button, a[data-scripted]"));
    if (!pressable || !needsScript(pressable, event)) return;
    event.preventDefault();
    if (pressed) pressed.removeAttribute("aria-busy");
    pressed = pressable;
    pressable.setAttribute("aria-busy", "true"); // which the style sheet shows
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
