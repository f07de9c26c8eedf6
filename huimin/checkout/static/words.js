// @ts-check
// What the page was given: its words in the reader's language, and the addresses that it asks.

const tables = ["words", "offline-words"].map((id) => document.getElementById(id));

/** @type {Record<string, any>} */
export const words = Object.assign(
  {},
  ...tables.map((table) => JSON.parse(table?.textContent ?? "{}")),
);

/** @type {HTMLElement | null} */
const till = document.querySelector("[data-till]");
export const addresses = /** @type {Record<string, string>} */ ({ ...till?.dataset });

/** How the language is written in pack and answers: zh_Hans, zh_Hant or en. */
export const language = document.documentElement.lang.replace("-", "_");
