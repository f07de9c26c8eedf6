// @ts-check
// What the page's template gives its scripts: words in the reader's language, and addresses.

const tables = ["words", "offline-words"].map((id) => document.getElementById(id));

/** @type {Record<string, any>} */
export const words = Object.assign(
  {},
  ...tables.map((table) => JSON.parse(table?.textContent ?? "{}")),
);

/** @type {HTMLElement | null} */
const till = document.querySelector("[data-till]");
export const addresses = /** @type {Record<string, string>} */ ({ ...till?.dataset });

/** The page's language as the pack writes it: zh_Hans, zh_Hant or en. */
export const language = document.documentElement.lang.replace("-", "_");
