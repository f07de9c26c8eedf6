// Ask the server: JSON both ways, the CSRF token, and a problem (RFC 9457) thrown as an object.
import { addresses, words } from "./words.js";

let token = document.querySelector('meta[name="csrf-token"]')?.content || "";

// Thrown where no answer came; `desk.js` tells it from a refusal by `code`.
function unreachable() {
  return { code: "offline", detail: words.offline, cashier_message: words.offline };
}

const listeners = [];

// `listener(answer, asked)` for each answer of the server; `asked` is by performance.now.
export function onAnswer(listener) {
  listeners.push(listener);
}

async function send(address, body, { key, wait, headers = {} } = {}) {
  const sent = { Accept: "application/json", "X-CSRFToken": token, ...headers };
  if (body) sent["Content-Type"] = "application/json";
  if (key) sent["Idempotency-Key"] = key;
  const asked = performance.now();
  const patience = new AbortController();
  const timer = wait && setTimeout(() => patience.abort(), wait);
  try {
    const answer = await fetch(address, {
      method: body ? "POST" : "GET",
      headers: sent,
      body: body && JSON.stringify(body),
      signal: patience.signal,
    });
    for (const listener of listeners) listener(answer, asked);
    return answer;
  } catch {
    throw unreachable();
  } finally {
    clearTimeout(timer);
  }
}

async function read(answer) {
  if ([502, 503, 504].includes(answer.status)) throw { ...unreachable(), status: answer.status };
  try {
    return await answer.json();
  } catch {
    throw unreachable();
  }
}

// `wait`: the milliseconds after which no answer counts as none. `quietly`: a session that is over
// is the caller's to tell, and the page stays.
export async function ask(address, body, key, { wait, quietly } = {}) {
  let answer = await send(address, body, { key, wait });
  let told = await read(answer);
  if (told.code === "csrf_failed") {
    // A page that lay in a cache has an old token: take a new one and ask again, once.
    await state({ wait });
    answer = await send(address, body, { key, wait });
    told = await read(answer);
  }
  if (told.code === "unauthorized" && !quietly) location.reload();
  if (!answer.ok) throw told;
  return told;
}

// What may have stayed as it was (`tag` is the one that is kept): {tag, headers, told}, where `told`
// is null for no change.
export async function askIfChanged(address, tag, { wait } = {}) {
  const answer = await send(address, null, { wait, headers: tag ? { "If-None-Match": tag } : {} });
  const told = answer.status === 304 ? null : await read(answer);
  if (told && !answer.ok) throw told;
  return { tag: answer.headers.get("ETag"), headers: answer.headers, told };
}

// {csrf_token, language, terminal, outlet, policy, server_time, …}; the token is kept for `ask`.
export async function state({ wait } = {}) {
  const answer = await send(addresses.asks, null, { wait });
  const told = await read(answer);
  if (!answer.ok) throw told;
  token = told.csrf_token;
  return told;
}

// What a refusal says to staff: the fields that need a change, or the reason.
export function reason(problem) {
  const fields = (problem.errors || []).map((error) => error.message).join(" ");
  return fields || problem.detail;
}
