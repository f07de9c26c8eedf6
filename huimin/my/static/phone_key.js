// @ts-check
// This phone's own key: made here, kept where it can be used and never be read out, and known to the server by its
// public half. Nothing else is kept on the phone.

const DATABASE = "huimin-my";
const STORE = "phone";
const PATIENCE_MS = 5_000;
const CURVE = { name: "ECDSA", namedCurve: "P-256" };

/** @typedef {{ phone: string, key: CryptoKey }} Phone */

/** The server was not reached, or refused. */
export class Unsent extends Error {
  /** @param {number | undefined} status of its answer */
  constructor(status) {
    super("unsent");
    this.status = status;
  }
}

/** The browser keeps no key: some apps' own browsers and private windows refuse, and some never answer. */
export class Unkept extends Error {}

/** @returns {Promise<IDBDatabase>} */
function open() {
  return new Promise((resolve, reject) => {
    setTimeout(() => reject(new Unkept("no answer")), PATIENCE_MS);
    const asked = indexedDB.open(DATABASE, 1);
    asked.onupgradeneeded = () => asked.result.createObjectStore(STORE);
    asked.onsuccess = () => resolve(asked.result);
    asked.onerror = () => reject(asked.error);
  });
}

/**
 * @template T
 * @param {IDBTransactionMode} mode
 * @param {(store: IDBObjectStore) => IDBRequest<T>} act
 * @returns {Promise<T>}
 */
async function within(mode, act) {
  const database = await open().catch((error) => {
    throw new Unkept(String(error));
  });
  try {
    return await new Promise((resolve, reject) => {
      const transaction = database.transaction(STORE, mode);
      const asked = act(transaction.objectStore(STORE));
      transaction.oncomplete = () => resolve(asked.result);
      transaction.onerror = transaction.onabort = () => reject(new Unkept(String(transaction.error)));
    });
  } finally {
    database.close();
  }
}

/** @returns {Promise<Phone | undefined>} */
export function readPhone() {
  return within("readonly", (store) => store.get("this"));
}

/**
 * Make a key, let the server know its public half, and keep the key.
 * @param {string} address
 * @param {string} token against forged requests
 * @param {string} owner whose page asks, sealed
 * @returns {Promise<string>} the phone's id
 * @throws {Unsent} where no answer came that takes the key
 */
export async function registerPhone(address, token, owner) {
  const pair = await crypto.subtle.generateKey(CURVE, false, ["sign"]);
  // First see that a key can be kept at all: the phone before this one ends when the server takes the new key.
  await within("readwrite", (store) => store.put(pair.privateKey, "trial"));
  await within("readwrite", (store) => store.delete("trial"));
  const point = await crypto.subtle.exportKey("raw", pair.publicKey);
  const response = await answered(address, {
    method: "POST",
    headers: {
      "Content-Type": "application/json",
      Accept: "application/json",
      "X-CSRFToken": token,
      "X-Form-Owner": owner,
    },
    body: JSON.stringify({ public_key: base64(point) }),
  });
  const { phone } = await response.json();
  await within("readwrite", (store) => store.put({ phone, key: pair.privateKey }, "this"));
  // A browser that clears what was not opened for a week may be asked not to.
  void navigator.storage?.persist?.().catch(() => {});
  return phone;
}

/**
 * @param {string} address
 * @param {RequestInit} request
 */
async function answered(address, request) {
  const response = await fetch(address, request).catch(() => undefined);
  if (!response?.ok) throw new Unsent(response?.status);
  return response;
}

/**
 * @param {Phone} phone
 * @param {string} text
 * @returns {Promise<string>} the signature in base64
 */
export async function sign(phone, text) {
  const algorithm = { name: "ECDSA", hash: "SHA-256" };
  return base64(await crypto.subtle.sign(algorithm, phone.key, new TextEncoder().encode(text)));
}

/** @param {ArrayBuffer} bytes */
function base64(bytes) {
  return btoa(String.fromCharCode(...new Uint8Array(bytes)));
}
