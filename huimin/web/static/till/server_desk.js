// The desk that asks the server. Its answers are those of /till/verify, /till/quote, /till/redeem.
import { ask } from "./ask.js";
import { addresses } from "./words.js";

export const serverDesk = {
  verify: (card) => ask(addresses.verify, { card }),
  quote: (body) => ask(addresses.quote, body),
  redeem: (body, key) => ask(addresses.redeem, body, key),
};
