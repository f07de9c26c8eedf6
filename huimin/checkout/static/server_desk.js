// The desk that asks the server. Its answers are those of /till/verify, /till/quote, /till/redeem;
// `how` says how long it waits for one.
import { ask } from "./ask.js";
import { addresses } from "./words.js";

export const serverDesk = {
  verify: (card, how) => ask(addresses.verify, { card }, null, how),
  quote: (body, how) => ask(addresses.quote, body, null, how),
  redeem: (body, key, how) => ask(addresses.redeem, body, key, how),
};
