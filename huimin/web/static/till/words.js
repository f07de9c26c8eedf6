// What the page was given: its words in the reader's language, and the addresses that it asks.

const given = document.getElementById("words");

export const words = given ? JSON.parse(given.textContent) : {};
export const addresses = { ...document.querySelector("[data-till]")?.dataset };
