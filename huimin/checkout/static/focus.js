// @ts-check
// Some scanners type through an input method: what they read goes to the field that has the focus, or is
// lost. So on every section a text field has it: the section's own, or else one that nobody sees and that
// opens no on-screen keyboard. Enter there presses the section's main button.
import { byId } from "./elements.js";
import { isTypingAhead } from "./typing_ahead.js";

const TEXT =
  "input:not([type=radio], [type=checkbox], [type=button]), textarea, select, [contenteditable]";

/** The text field of the section that is shown. */
function fieldOfSection() {
  const { state } = byId("till").dataset;
  if (state === "ready") return byId("card");
  if (state === "sale") return byId("amount");
  return byId("catcher");
}

/** Give the focus back to the section's text field, unless another text field has it. */
function giveBack() {
  if (!document.activeElement?.matches(TEXT)) fieldOfSection().focus({ preventScroll: true });
}

/** Press the main button of the section: it is the first that can be pressed, and never one that takes back. */
function pressMain() {
  /** @type {HTMLButtonElement | null} */
  const main = byId("till").querySelector(
    ".stage > section:not([hidden]) .actions .btn:not([hidden], :disabled, [data-deliberate])",
  );
  main?.click();
}

export function listenToFocus() {
  byId("catcher").addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.repeat || isTypingAhead()) return;
    event.preventDefault();
    pressMain();
  });
  // A button that was clicked or tapped has the focus, and one that was hidden or disabled loses it. Who
  // works with the keyboard keeps it where it is: such clicks have no detail.
  document.addEventListener("click", (event) => event.detail && setTimeout(giveBack));
  document.addEventListener("focusout", (event) => {
    if (event.relatedTarget) return;
    setTimeout(() => document.activeElement === document.body && document.hasFocus() && giveBack());
  });
}
