// @ts-check
// What this page keeps in the browser has names of its own, so that a practice till and the real one share
// no queue, no lock and no channel.
const isPractice = document.querySelector('meta[name="practice"]') !== null;

/** @param {string} name */
const practiceName = (name) => `${name}-practice`;

/** @param {string} name */
export const ownName = (name) => (isPractice ? practiceName(name) : name);

/**
 * The name that the other kind of till has for it.
 * @param {string} name
 */
export const othersName = (name) => (isPractice ? name : practiceName(name));

export { isPractice };
