// @ts-check
// The cards of a practice till: to show one is the same as to scan it.
import { ask, asProblem } from "./ask.js";
import { byId } from "./elements.js";
import { tell } from "./screen.js";
import { addresses } from "./words.js";

for (const shown of document.querySelectorAll("[data-practice-card]")) {
  shown.addEventListener("click", async () => {
    try {
      const token = /** @type {HTMLElement} */ (shown).dataset.practiceCard;
      byId("card").value = token || (await ask(addresses.practice)).code;
      byId("card-form").requestSubmit();
      scrollTo(0, 0);
    } catch (thrown) {
      tell(asProblem(thrown).detail);
    }
  });
}
