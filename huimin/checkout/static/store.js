// The till's own store in this browser (IndexedDB): what must outlive a closed tab and a crash.
// Two stores: `queue`, the sales that were made without network, in order; `kept`, single values by
// name. A write is over when it is on the disk; what can't be written is thrown as a problem.
const NAME = "huimin-till";
const VERSION = 1;
let opening = null;

function open() {
  opening ??= new Promise((resolve, reject) => {
    const request = indexedDB.open(NAME, VERSION);
    request.onupgradeneeded = () => {
      const queue = request.result.createObjectStore("queue", { keyPath: "sequence", autoIncrement: true });
      queue.createIndex("client_id", "client_id", { unique: true });
      request.result.createObjectStore("kept");
    };
    request.onsuccess = () => {
      const database = request.result;
      database.onversionchange = () => forget(database); // a newer page wants to change it
      database.onclose = () => forget(null);
      resolve(database);
    };
    request.onerror = () => {
      opening = null;
      reject(failure(request.error));
    };
  });
  return opening;
}

function forget(database) {
  database?.close();
  opening = null;
}

// What IndexedDB says when it fails, as a code that desks and banner have words for.
function failure(error) {
  const full = error?.name === "QuotaExceededError" || /quota|disk|space/i.test(error?.message || "");
  return { code: full ? "offline_storage_full" : "offline_storage_failed", cause: String(error?.message || error) };
}

// A request of a transaction, to be awaited within it.
export function done(request) {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

async function run(mode, work, durability) {
  let database;
  try {
    database = await open();
  } catch (error) {
    throw error?.code ? error : failure(error);
  }
  return new Promise((resolve, reject) => {
    let result, thrown;
    let transaction;
    try {
      transaction = database.transaction(["queue", "kept"], mode, { durability });
    } catch (error) {
      forget(database);
      return reject(failure(error));
    }
    transaction.oncomplete = () => resolve(result);
    transaction.onabort = () => {
      const error = thrown ?? transaction.error;
      // A rule that said no keeps its own code; whatever else stops a write is the store's failure.
      reject(error?.code && !(error instanceof DOMException) ? error : failure(error));
    };
    const stores = { queue: transaction.objectStore("queue"), kept: transaction.objectStore("kept") };
    work(stores).then(
      (value) => (result = value),
      (error) => {
        thrown = error;
        try {
          transaction.abort();
        } catch {
          reject(error?.code && !(error instanceof DOMException) ? error : failure(error)); // it had ended by itself
        }
      },
    );
  });
}

// `work(stores)` is async and awaits nothing but requests of its own transaction.
export const read = (work) => run("readonly", work, "relaxed");
export const write = (work) => run("readwrite", work, "strict");
// For what may be lost with the power, but not with the page: it doesn't wait for the disk.
export const writeSoon = (work) => run("readwrite", work, "relaxed");

export const kept = (name) => read(({ kept }) => done(kept.get(name)));
export const keep = (name, value) => writeSoon(({ kept }) => done(kept.put(value, name)));

// Ask the browser not to clear the store when the disk runs low, and how much room is left.
export async function askToStay() {
  const storage = navigator.storage;
  const persisted = (await storage?.persist?.().catch(() => false)) ?? false;
  const { usage = 0, quota = 0 } = (await storage?.estimate?.().catch(() => ({}))) ?? {};
  return { persisted, left: quota ? quota - usage : null };
}
