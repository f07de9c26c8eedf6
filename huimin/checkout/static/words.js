// What the page was given: its words in the reader's language, and the addresses that it asks.

const given = ["words", "offline-words"].map((id) => document.getElementById(id)).filter(Boolean);

export const words = Object.assign({}, ...given.map((element) => JSON.parse(element.textContent)));
export const addresses = { ...document.querySelector("[data-till]")?.dataset };
