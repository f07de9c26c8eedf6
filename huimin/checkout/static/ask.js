// @ts-check
// Ask the server: JSON both ways, the CSRF token, and a problem (RFC 9457) thrown as an object.
import { addresses, words } from "./words.js";

/**
 * A refusal in words: the server's, or one that this page makes itself.
 * @typedef {object} Problem
 * @property {string} code
 * @property {string} detail for staff
 * @property {string} [cashier_message] to read aloud; empty where there is nothing to say
 * @property {{field: string, message: string}[]} [errors] the fields that need a change
 * @property {number} [status] HTTP
 */

/** @typedef {{wait?: number}} Patience the milliseconds after which no answer counts as none */

let token = document.querySelector('meta[name="csrf-token"]')?.getAttribute("content") || "";

/**
 * Thrown where no answer came; the desk tells it from a refusal by `code`.
 * @returns {Problem}
 */
function unreachable() {
  return { code: "offline", detail: words.offline, cashier_message: words.offline };
}

/**
 * What was caught, as a problem; a mistake of ours is thrown on.
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
 * Call the listener with each response of the server, and with performance.now() when it was asked.
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
async function send(address, body, { key, wait, headers = {} } = {}) {
  /** @type {Record<string, string>} */
  const sent = { Accept: "application/json", "X-CSRFToken": token, ...headers };
  if (body) sent["Content-Type"] = "application/json";
  if (key) sent["Idempotency-Key"] = key;
  const askedAt = performance.now();
  const patience = new AbortController();
  const timer = wait ? setTimeout(() => patience.abort(), wait) : 0;
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
  }
}

/** @param {Response} response */
async function read(response) {
  if ([502, 503, 504].includes(response.status))
    throw { ...unreachable(), status: response.status };
  try {
    return await response.json();
  } catch {
    throw unreachable();
  }
}

/**
 * The server's answer; GET without a body. Throws the problem that it answers. `quietly`: a session
 * that is over is for the caller to tell, and the page stays.
 * @param {string} address
 * @param {object | null} [body]
 * @param {string | null} [key] the Idempotency-Key
 * @param {Patience & {quietly?: boolean}} options
 * @returns {Promise<any>}
 */
export async function ask(address, body, key, { wait, quietly } = {}) {
  let response = await send(address, body, { key, wait });
  let answer = await read(response);
  if (answer.code === "csrf_failed") {
    // A page that lay in a cache has an old token: take a new one and ask again, once.
    await askState({ wait });
    response = await send(address, body, { key, wait });
    answer = await read(response);
  }
  if (answer.code === "unauthorized" && !quietly) location.reload();
  if (!response.ok) throw answer;
  return answer;
}

/**
 * Ask for what may have stayed as it was; `tag` is the one that is kept. `answer` is null for no change.
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
 * Which till the server takes this page for; its CSRF token is kept for `ask`.
 * @param {Patience} options
 * @returns {Promise<{terminal: {id: string}, outlet: {id: string}, csrf_token: string}>}
 */
export async function askState({ wait } = {}) {
  const response = await send(addresses.asks, null, { wait });
  const answer = await read(response);
  if (!response.ok) throw answer;
  token = answer.csrf_token;
  return answer;
}

/**
 * What a refusal says to staff: the fields that need a change, or the reason.
 * @param {Problem} problem
 */
export function reason(problem) {
  const fields = (problem.errors || []).map((error) => error.message).join(" ");
  return fields || problem.detail;
}
