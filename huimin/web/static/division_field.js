// Says beside the field which village is typed, or what is wrong with it: the server's own words,
// asked for when one pauses. Without network nothing is said; the sent form is checked all the same.
const field = document.querySelector("[data-division]");
const told = document.getElementById("division-told");
const PAUSE_MS = 250;
let waiting = 0;
let asked = 0;

function say(sentence, wrong) {
  told.textContent = sentence;
  told.classList.toggle("field-problem", wrong);
}

async function ask() {
  const turn = ++asked;
  const text = field.value.trim();
  if (!text) return say("", false);
  try {
    const address = `${told.dataset.ask}?text=${encodeURIComponent(text)}`;
    const answer = await fetch(address, { headers: { Accept: "application/json" } });
    if (!answer.ok) return say("", false);
    const { village, problem } = await answer.json();
    // An answer that was overtaken by more typing would speak of what no longer stands there.
    if (turn === asked) say(problem || `✓ ${village}`, Boolean(problem));
  } catch {
    if (turn === asked) say("", false);
  }
  return undefined;
}

function soon() {
  clearTimeout(waiting);
  waiting = setTimeout(ask, PAUSE_MS);
}

field.addEventListener("input", soon);
field.addEventListener("change", ask);
if (field.value) ask();
