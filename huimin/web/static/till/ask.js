// Ask the server: JSON both ways, the CSRF token, and a problem (RFC 9457) thrown as an object.
import { addresses, words } from "./words.js";

let token = document.querySelector('meta[name="csrf-token"]')?.content || "";

// Thrown where no answer came; `desk.js` tells it from a refusal by `code`.
function unreachable() {
  return { code: "offline", detail: words.offline, cashier_message: words.offline };
}

async function send(address, body, key) {
  const headers = { Accept: "application/json", "X-CSRFToken": token };
  if (body) headers["Content-Type"] = "application/json";
  if (key) headers["Idempotency-Key"] = key;
  try {
    return await fetch(address, {
      method: body ? "POST" : "GET",
      headers,
      body: body && JSON.stringify(body),
    });
  } catch {
    throw unreachable();
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

export async function ask(address, body, key) {
  let answer = await send(address, body, key);
  let told = await read(answer);
  if (told.code === "csrf_failed") {
    // A page that lay in a cache has an old token: take a new one and ask again, once.
    await state();
    answer = await send(address, body, key);
    told = await read(answer);
  }
  if (told.code === "unauthorized") location.reload();
  if (!answer.ok) throw told;
  return told;
}

// {csrf_token, language, terminal, outlet, policy, server_time, …}; the token is kept for `ask`.
export async function state() {
  const answer = await send(addresses.asks);
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
