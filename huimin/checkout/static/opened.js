// @ts-check
// Who opened this till, for the time without network: a device that was set up, or somebody's sign-in, which
// ends with the sign-out. The server says it in a cookie each; without either the till sells nothing alone.
import { askState, onSignedOut, post } from "./ask.js";
import { addresses } from "./words.js";

const SIGNED_IN = "huimin_till_signed_in";
const SET_UP = "huimin_till_set_up";
const LEAVING_KEY = "huimin.till.signing_out"; // somebody signed out, and the server does not know yet
const AGAIN_MS = 15_000;

/** @param {string} name */
const hasCookie = (name) => document.cookie.split("; ").some((one) => one.startsWith(`${name}=`));

/** Whether it may sell without network. */
export const isOpened = () => !isLeaving() && (hasCookie(SIGNED_IN) || hasCookie(SET_UP));

/** Whether somebody has signed out here while the server could not be reached. */
export const isLeaving = () => localStorage.getItem(LEAVING_KEY) !== null;

/** @param {string} name */
function forget(name) {
  document.cookie = `${name}=; path=${addresses.scope.replace(/\/$/, "")}; max-age=0; samesite=strict`;
}

/** A sign-out ends the till at once, with or without network. */
export function listenToSignOut() {
  onSignedOut(({ code }) => forget(code === "till_not_set_up" ? SET_UP : SIGNED_IN));
  /** @type {HTMLFormElement | null} */
  const form = document.querySelector(".sign-out-form");
  form?.addEventListener("submit", (event) => {
    event.preventDefault();
    forget(SIGNED_IN);
    localStorage.setItem(LEAVING_KEY, "1");
    leave();
  });
  addEventListener("online", () => isLeaving() && leave());
  if (isLeaving()) leave();
}

/** Tell the server. If it can't be reached, the kept page waits with a closed till. */
async function leave() {
  try {
    await askState({});
  } catch (/** @type {any} */ problem) {
    if (problem.status === 401) return hasLeft(); // the session has ended already
    if (document.querySelector(".sign-out-form")) return location.reload();
    return later();
  }
  await post(addresses.signOut).then(hasLeft, later);
}

const later = () => void setTimeout(() => isLeaving() && leave(), AGAIN_MS);

function hasLeft() {
  localStorage.removeItem(LEAVING_KEY);
  location.assign(addresses.scope);
}
