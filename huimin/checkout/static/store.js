// @ts-check
// The till's storage in this browser (IndexedDB), for what must survive a closed tab or a crash. `queue`
// holds the sales made offline, in order; `kept` holds single values by name. A write has ended when it is
// on disk. Throws {code, cause} if it fails.

import { ownName } from "./own_names.js";

/** @typedef {{queue: IDBObjectStore, kept: IDBObjectStore}} Stores */

const NAME = ownName("huimin-till");
const VERSION = 1;
/** @type {Promise<IDBDatabase> | null} */
let opening = null;

function open() {
  opening ??= new Promise((resolve, reject) => {
    const request = indexedDB.open(NAME, VERSION);
    request.onupgradeneeded = () => {
      const queue = request.result.createObjectStore("queue", {
        keyPath: "sequence",
        autoIncrement: true,
      });
      queue.createIndex("client_id", "client_id", { unique: true });
      request.result.createObjectStore("kept");
    };
    request.onsuccess = () => {
      const database = request.result;
      database.onversionchange = () => forget(database); // a newer version of the page wants to upgrade it
      database.onclose = () => forget(null);
      resolve(database);
    };
    request.onerror = () => {
      opening = null;
      reject(refusalOf(request.error));
    };
  });
  return opening;
}

/** @param {IDBDatabase | null} database */
function forget(database) {
  database?.close();
  opening = null;
}

/**
 * What to throw for an error: a refusal by `work` stays as it is; anything else is a failure of the
 * storage, with a code that the page has words for.
 * @param {any} error
 * @returns {{code: string, cause?: string}}
 */
function refusalOf(error) {
  if (error?.code && !(error instanceof DOMException)) return error;
  const full =
    error?.name === "QuotaExceededError" || /quota|disk|space/i.test(error?.message || "");
  return {
    code: full ? "offline_storage_full" : "offline_storage_failed",
    cause: String(error?.message || error),
  };
}

/**
 * The result of a request. Await it within its transaction.
 * @template Result
 * @param {IDBRequest<Result>} request
 * @returns {Promise<Result>}
 */
export function done(request) {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

/**
 * @template Result
 * @param {IDBTransactionMode} mode
 * @param {(stores: Stores) => Promise<Result>} work
 * @param {IDBTransactionDurability} durability
 * @returns {Promise<Result>}
 */
async function run(mode, work, durability) {
  const database = await open().catch((error) => Promise.reject(refusalOf(error)));
  return new Promise((resolve, reject) => {
    /** @type {Result} */
    let result;
    /** @type {unknown} */
    let thrown;
    /** @type {IDBTransaction} */
    let transaction;
    try {
      transaction = database.transaction(["queue", "kept"], mode, { durability });
    } catch (error) {
      forget(database);
      return reject(refusalOf(error));
    }
    transaction.oncomplete = () => resolve(result);
    transaction.onabort = () => reject(refusalOf(thrown ?? transaction.error));
    const stores = {
      queue: transaction.objectStore("queue"),
      kept: transaction.objectStore("kept"),
    };
    work(stores).then(
      (value) => (result = value),
      (error) => {
        thrown = error;
        try {
          transaction.abort();
        } catch {
          reject(refusalOf(error)); // the transaction had already ended
        }
      },
    );
  });
}

/**
 * Read in one transaction. Here and below, `work` must await nothing but its own transaction's requests.
 * @template Result
 * @param {(stores: Stores) => Promise<Result>} work
 */
export const read = (work) => run("readonly", work, "relaxed");

/**
 * Write in one transaction, and wait until it is on disk.
 * @template Result
 * @param {(stores: Stores) => Promise<Result>} work
 */
export const write = (work) => run("readwrite", work, "strict");

/**
 * Write without waiting for the disk: it survives a crash of the page, but maybe not a power cut.
 * @template Result
 * @param {(stores: Stores) => Promise<Result>} work
 */
export const writeSoon = (work) => run("readwrite", work, "relaxed");

/**
 * A single value; undefined if there is none.
 * @param {string} name
 * @returns {Promise<any>}
 */
export const readValue = (name) => read(({ kept }) => done(kept.get(name)));

/**
 * @param {string} name
 * @param {unknown} value
 */
export const writeValue = (name, value) => writeSoon(({ kept }) => done(kept.put(value, name)));

/**
 * Ask the browser not to clear the storage when the disk is nearly full.
 * @returns {Promise<number | null>} how many bytes may still be written, if the browser says so
 */
export async function askToStay() {
  const storage = navigator.storage;
  await storage?.persist?.().catch(() => false);
  const { usage = 0, quota = 0 } = (await storage?.estimate?.().catch(() => null)) ?? {};
  return quota ? quota - usage : null;
}
