// @ts-check
// What every page of "my card" can do: read a section aloud, and make this the phone that shows the changing code.

import { readPhone, registerPhone, Unsent } from "./phone_key.js";

const VOICES = { "zh-Hans": "zh-CN", "zh-Hant": "zh-TW", en: "en-US" };
const BUSY_MS = 8_000;
const NOT_READ = "button, form, .button, .unseen, [hidden], [aria-hidden=true], noscript, script";

/** @param {Element} section */
function words(section) {
  const copy = /** @type {Element} */ (section.cloneNode(true));
  copy.querySelectorAll(NOT_READ).forEach((element) => element.remove());
  const texts = [...copy.querySelectorAll("h1, h2, h3, p, li, dt, dd, th, td, caption")];
  const stop = document.documentElement.lang === "en" ? ".\n" : "。\n";
  const said = texts.map((element) => (element.textContent || "").replace(/\s+/g, " ").trim());
  return said.filter((text) => text).join(stop);
}

/** A voice of that language; some phones load theirs late, and without one of its own a text is only noise.
 * @param {string} language @returns {SpeechSynthesisVoice | undefined} */
function voiceFor(language) {
  const voices = speechSynthesis.getVoices();
  const tag = (/** @type {SpeechSynthesisVoice} */ one) => one.lang.replace("_", "-");
  const own = voices.filter((one) => tag(one).slice(0, 2) === language.slice(0, 2));
  return own.find((one) => tag(one).startsWith(language)) || own[0];
}

/** @param {HTMLButtonElement} button */
function readAloud(button) {
  const isReading = button.getAttribute("aria-pressed") === "true";
  speechSynthesis.cancel();
  document.querySelectorAll("[data-aloud]").forEach((one) => one.setAttribute("aria-pressed", "false"));
  const section = document.getElementById(button.dataset.aloud || "");
  if (isReading || !section) return;
  const said = new SpeechSynthesisUtterance(words(section));
  said.lang = VOICES[/** @type {keyof typeof VOICES} */ (document.documentElement.lang)] || "zh-CN";
  // Without one found here the phone chooses by the language.
  said.voice = voiceFor(said.lang) || null;
  said.rate = 0.9;
  said.onend = said.onerror = () => button.setAttribute("aria-pressed", "false");
  button.setAttribute("aria-pressed", "true");
  speechSynthesis.speak(said);
}

if (window.speechSynthesis) {
  for (const button of document.querySelectorAll("button[data-aloud]")) {
    const one = /** @type {HTMLButtonElement} */ (button);
    one.hidden = false;
    one.setAttribute("aria-pressed", "false");
    one.addEventListener("click", () => readAloud(one));
  }
  // Asked once, they are there when somebody presses.
  speechSynthesis.getVoices();
  window.addEventListener("pagehide", () => speechSynthesis.cancel());
}

// Where the network is slow a press is seen at once, and a second one sends nothing more.
document.addEventListener("submit", (event) => {
  const button = event.submitter;
  if (event.defaultPrevented || !button) return;
  if (button.getAttribute("aria-busy") === "true") {
    event.preventDefault();
    return;
  }
  button.setAttribute("aria-busy", "true");
  // A file that is handed over leaves the page where it is, and an answer may never come.
  setTimeout(() => button.removeAttribute("aria-busy"), BUSY_MS);
});

// Who has set this phone up shows the code without signing in.
const ownCode = /** @type {HTMLElement | null} */ (document.querySelector("[data-own-code]"));
if (ownCode) {
  readPhone().then(
    (phone) => {
      ownCode.hidden = !phone;
    },
    () => {},
  );
}

const useThis = /** @type {HTMLAnchorElement | null} */ (document.querySelector("a[data-phone]"));
let isAsking = false;
useThis?.addEventListener("click", async (event) => {
  if (event.ctrlKey || event.metaKey || event.shiftKey) return; // into another tab or window
  event.preventDefault();
  // Two presses would be two phones, of which the one that is kept may be the one that has ended.
  if (isAsking) return;
  isAsking = true;
  const problems = /** @type {HTMLElement[]} */ ([...document.querySelectorAll("[data-phone-problem]")]);
  for (const problem of problems) problem.hidden = true;
  try {
    const phone = await readPhone();
    if (!phone || phone.phone !== useThis.dataset.phoneId) {
      const token = document.querySelector("meta[name=csrf-token]")?.getAttribute("content") || "";
      const owner = useThis.dataset.owner || "";
      useThis.dataset.phoneId = await registerPhone(useThis.dataset.phone || "", token, owner);
    }
    location.href = useThis.href;
  } catch (error) {
    // The sign-in has ended, or is another person's by now: the start says how to get in, or whose card it is.
    if (error instanceof Unsent && [401, 409].includes(error.status || 0)) location.href = useThis.dataset.start || "";
    else show(error instanceof Unsent ? "unsent" : "unkept");
  } finally {
    isAsking = false;
  }

  /** @param {string} what */
  function show(what) {
    const problem = problems.find((one) => one.dataset.phoneProblem === what);
    if (!problem) return;
    problem.hidden = false;
    problem.scrollIntoView({ block: "center" });
  }
});
