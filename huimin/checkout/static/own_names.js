// @ts-check
// What this page keeps in the browser has names of its own, so that a practice till and the real one share
// no queue, no lock and no channel.
const isPractice = document.querySelector('meta[name="practice"]') !== null;

/** @param {string} name */
export const ownName = (name) => (isPractice ? `${name}-practice` : name);

export { isPractice };
