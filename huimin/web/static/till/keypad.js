// The keypad for fingers: it types into the amount field that was touched last.
import { byId } from "./screen.js";

export function keypad(box, fields, changed) {
  let field = byId(fields[0]);
  for (const id of fields) byId(id).addEventListener("focus", () => (field = byId(id)));
  box.addEventListener("click", (event) => {
    const key = event.target.dataset.key;
    if (!key) return;
    field.value = key === "⌫" ? field.value.slice(0, -1) : field.value + key;
    changed();
  });
}
