// @ts-check
// Ask the server: JSON both ways, the CSRF token, and a problem (RFC 9457) thrown as an object.
import { addresses, words } from "./words.js";

/**
 * A refusal with its sentences, from the server or made by this page.
 * @typedef {object} Problem
 * @property {string} code
 * @property {string} detail for staff
 * @property {string} [cashier_message] to read aloud; empty where there is nothing to say
 * @property {{field: string, message: string}[]} [errors] the fields that need a change
 * @property {number} [status] HTTP
 * @property {number} [waitMs] how long the server asks to be left alone (Retry-After)
 * @property {boolean} [undecided] whether the sale may have been recorded all the same
 */

/**
 * `wait`: the milliseconds after which no answer counts as none; `signal`: nobody waits for it any more.
 * @typedef {{wait?: number, signal?: AbortSignal}} Patience
 */

const WAIT_MAX_MS = 3_600_000; // whatever a server asks for, a till tries again within the hour
let token = document.querySelector('meta[name="csrf-token"]')?.getAttribute("content") || "";

/**
 * What is thrown when no answer came; `code` tells it from a refusal.
 * @returns {Problem}
 */
function unreachable() {
  return { code: "offline", detail: words.offline, cashier_message: words.offline };
}

/** @type {Problem} thrown where the cashier cancelled what was under way; nobody is told of it */
export const CANCELLED = { code: "cancelled", detail: "cancelled" };

/**
 * The problem that was caught. Anything else is a bug of ours and is rethrown.
 * @param {any} thrown
 * @returns {Problem}
 */
export function asProblem(thrown) {
  if (thrown instanceof Error) throw thrown;
  return thrown;
}

/** @type {((response: Response, askedAt: number) => unknown)[]} */
const listeners = [];

/**
 * Call the listener with each response, and with performance.now() as it was when the request left.
 * @param {(response: Response, askedAt: number) => unknown} listener
 */
export function onResponse(listener) {
  listeners.push(listener);
}

/**
 * @param {string} address
 * @param {object | null} [body]
 * @param {Patience & {key?: string | null, headers?: Record<string, string>}} options
 */
async function send(address, body, { key, wait, signal, headers = {} } = {}) {
  /** @type {Record<string, string>} */
  const sent = { Accept: "application/json", "X-CSRFToken": token, ...headers };
  if (body) sent["Content-Type"] = "application/json";
  if (key) sent["Idempotency-Key"] = key;
  const askedAt = performance.now();
  const patience = new AbortController();
  const stop = () => patience.abort();
  const timer = wait ? setTimeout(stop, wait) : 0;
  signal?.addEventListener("abort", stop);
  try {
    const response = await fetch(address, {
      method: body ? "POST" : "GET",
      headers: sent,
      body: body && JSON.stringify(body),
      signal: patience.signal,
    });
    for (const listener of listeners) listener(response, askedAt);
    return response;
  } catch {
    throw unreachable();
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener("abort", stop);
  }
}

/**
 * The answer's JSON. What is not from our server (a gateway, a hotel's page) counts as no answer.
 * @param {Response} response
 */
async function read(response) {
  const waitMs = waitAskedFor(response.headers);
  const { status } = response;
  if ([502, 503, 504].includes(status)) throw { ...unreachable(), status, waitMs };
  try {
    const answer = await response.json();
    return waitMs && !response.ok ? { ...answer, waitMs } : answer;
  } catch {
    throw { ...unreachable(), status, waitMs };
  }
}

/**
 * Retry-After in milliseconds: it is a number of seconds, or a time (RFC 9110, 10.2.3).
 * @param {Headers} headers
 */
function waitAskedFor(headers) {
  const text = headers.get("Retry-After") ?? "";
  const ms = /^\d+$/.test(text) ? Number(text) * 1000 : Date.parse(text) - Date.now();
  return ms > 0 ? Math.min(ms, WAIT_MAX_MS) : 0;
}

// The page asks for a sign-in after these; what was typed stays where it is.
const SIGNED_OUT = ["unauthorized", "till_not_set_up", "password_change_needed"];
/** @type {((problem: Problem, quietly: boolean) => unknown)[]} */
const signedOut = [];

/** @param {Pick<Problem, "code">} problem */
export const isSignedOut = (problem) => SIGNED_OUT.includes(problem.code);

/**
 * Call the listener when the server no longer knows who asks.
 * @param {(problem: Problem, quietly: boolean) => unknown} listener
 */
export function onSignedOut(listener) {
  signedOut.push(listener);
}

/**
 * Send a GET, or a POST if there is a body, and return the answer. Throws a Problem. `quietly`: a session
 * that has ended is the caller's to tell.
 * @param {string} address
 * @param {object | null} [body]
 * @param {string | null} [key] the Idempotency-Key
 * @param {Patience & {quietly?: boolean}} options
 * @returns {Promise<any>}
 */
export async function ask(address, body, key, { wait, signal, quietly } = {}) {
  let response = await send(address, body, { key, wait, signal });
  let answer = await read(response);
  if (answer.code === "csrf_failed") {
    // A page from the cache has an old token: fetch a new one and try once more.
    await askState({ wait, quietly: Boolean(quietly) });
    response = await send(address, body, { key, wait, signal });
    answer = await read(response);
  }
  if (!response.ok) throw withSession(answer, quietly);
  return answer;
}

/**
 * A refusal; where the session has ended it says so, and the listeners hear of it.
 * @param {Problem} problem
 * @param {boolean | undefined} quietly
 */
function withSession(problem, quietly) {
  if (!isSignedOut(problem)) return problem;
  const inWords =
    problem.code === "unauthorized" ? { ...problem, detail: words.signed_out } : problem;
  for (const listener of signedOut) listener(inWords, Boolean(quietly));
  return inWords;
}

/**
 * Fetch something unless it is still what `tag` stands for; then `answer` is null.
 * @param {string} address
 * @param {string | null | undefined} tag
 * @param {Patience} options
 */
export async function askIfChanged(address, tag, { wait } = {}) {
  const response = await send(address, null, {
    wait,
    headers: tag ? { "If-None-Match": tag } : {},
  });
  const answer = response.status === 304 ? null : await read(response);
  if (answer && !response.ok) throw answer;
  return { tag: response.headers.get("ETag"), headers: response.headers, answer };
}

/**
 * Ask the server which till this page is, and keep the CSRF token that comes with it. `headers` tell what
 * this page says of itself.
 * @param {Patience & {headers?: Record<string, string>, quietly?: boolean}} options
 * @returns {Promise<{terminal: {id: string}, outlet: {id: string}, csrf_token: string}>}
 */
export async function askState({ wait, headers, quietly = true } = {}) {
  const response = await send(addresses.asks, null, { wait, headers });
  const answer = await read(response);
  if (!response.ok) throw withSession(answer, quietly);
  token = answer.csrf_token;
  return answer;
}

/**
 * Send a form without fields. Throws a Problem if the server did not take it.
 * @param {string} address
 */
export async function post(address) {
  const response = await fetch(address, {
    method: "POST",
    headers: { "X-CSRFToken": token },
    redirect: "manual",
  }).catch(() => null);
  if (response?.type !== "opaqueredirect") throw unreachable();
}

/**
 * What a refusal says to staff: which fields to change, or the reason.
 * @param {Problem} problem
 */
export function reason(problem) {
  const fields = (problem.errors || []).map((error) => error.message).join(" ");
  return fields || problem.detail;
}
