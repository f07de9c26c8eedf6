// The sales that were made without network, each under an id of its own before the cashier sees
// "done". A row is waiting or sent until the server's answer is written into it: accepted, duplicate
// or refused. Only what the server has acknowledged, and the cashier has seen, is ever cleared away.
//
// A row: {sequence, client_id, status, item (as the server takes it), moment (clock.js), copy (the
// card copy's id, for its cap), pack_issued_at, terminal: {id, label}, answer, ticked}.
import { done, read, write, writeSoon } from "./store.js";
import { announce } from "./leader.js";

export const BATCH = 100;
const UNSENT = ["waiting", "sent"];
const OVER = ["accepted", "duplicate", "cancelled"];

export const isUnsent = (row) => UNSENT.includes(row.status);

// In the order of the sales.
export const rows = () => read(({ queue }) => done(queue.getAll()));

// Put a sale at the queue's end, within the transaction that looked at the caps; it may not fail
// half: when it is on the disk the sale is made, and not before.
export async function append({ queue }, row) {
  const sequence = await done(queue.add({ status: "waiting", ticked: false, answer: null, ...row }));
  return { ...row, sequence };
}

// What the server has not answered for, of one terminal, the oldest first.
export async function unsent(terminalId) {
  return (await rows()).filter((row) => isUnsent(row) && row.terminal.id === terminalId).slice(0, BATCH);
}

// Before they are sent the items are as they will always be sent: the server knows a repeat by it.
export function markSent(changed) {
  return write(async ({ queue }) => {
    for (const { sequence, item, corrected } of changed) {
      const row = await done(queue.get(sequence));
      if (row?.status === "waiting") await done(queue.put({ ...row, status: "sent", item, corrected }));
    }
  });
}

// Write the server's answers into their rows. A card's text is not needed any more and is dropped.
export async function settleAnswers(answers) {
  await write(async ({ queue }) => {
    for (const { client_id, status, ...answer } of answers) {
      const row = await done(queue.index("client_id").get(client_id));
      if (!row || !isUnsent(row)) continue;
      const { card, ...item } = row.item;
      await done(queue.put({ ...row, status, item: status === "refused" ? row.item : item, answer }));
    }
  });
  announce("queue");
}

// The cashier has seen to a refused sale.
export async function tick(clientId) {
  await write(async ({ queue }) => {
    const row = await done(queue.index("client_id").get(clientId));
    if (row?.status !== "refused") return;
    const { card, ...item } = row.item;
    await done(queue.put({ ...row, item, ticked: true }));
  });
  announce("queue");
}

// Take back a sale that has not been sent, if it was the last one: later ones were limited by it.
export async function cancel(clientId) {
  const cancelled = await write(async ({ queue }) => {
    const all = await done(queue.getAll());
    const last = all.at(-1);
    if (last?.client_id !== clientId || last.status !== "waiting") return false;
    const { card, ...item } = last.item;
    await done(queue.put({ ...last, item, status: "cancelled" }));
    return true;
  });
  announce("queue");
  return cancelled;
}

// The rows that count against the caps of a pack.
export const ofPack = (all, packIssuedAt) => all.filter((row) => row.pack_issued_at === packIssuedAt && row.status !== "cancelled");

// Clear away what is over: acknowledged, seen, and of a pack that counts no more.
export function clearAway(packIssuedAt) {
  return writeSoon(async ({ queue }) => {
    for (const row of await done(queue.getAll())) {
      const over = OVER.includes(row.status) || (row.status === "refused" && row.ticked);
      if (over && row.pack_issued_at !== packIssuedAt) await done(queue.delete(row.sequence));
    }
  });
}
