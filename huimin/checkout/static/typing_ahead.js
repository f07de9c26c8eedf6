// @ts-check
// What is typed while a card is checked is the amount, and Enter is meant for its quote. The field that
// nobody sees takes it (focus.js).
import { byId } from "./elements.js";
import { fenOf } from "./money.js";
import { tell } from "./screen.js";
import { words } from "./words.js";

let isOn = false;
let isConfirmed = false;

/** Whether the field that nobody sees takes an amount, and Enter is not for the section's button. */
export const isTypingAhead = () => isOn;

export function startTypingAhead() {
  isOn = true;
  isConfirmed = false;
  byId("catcher").value = "";
  byId("catcher").focus({ preventScroll: true });
}

/** The amount that was typed, as text, and whether Enter followed it. */
export function endTypingAhead() {
  const amount = isOn && fenOf(byId("catcher").value) ? byId("catcher").value : "";
  isOn = false;
  byId("catcher").value = "";
  return { amount, isConfirmed: Boolean(amount) && isConfirmed };
}

export function listenToTypingAhead() {
  const field = byId("catcher");
  field.addEventListener("input", () => {
    isConfirmed = false;
    if (isOn) tell(`${words.checking} ${field.value}`);
  });
  field.addEventListener("keydown", (event) => {
    if (event.key === "Enter") isConfirmed = true;
  });
}
