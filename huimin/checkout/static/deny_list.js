// Whether a card copy is stopped, by the deny list of the offline pack: found by halves in the sorted
// ids, which are decoded once for each list.
import { bytesOf } from "./card_token.js";

const ID_BYTES = 7;
const decoded = new WeakMap();

// isDenied(pack, copyIdHex). Throws when the list is not what its count says: better none than half.
export function isDenied(pack, copyIdHex) {
  const ids = idsOf(pack.deny_list);
  const wanted = Uint8Array.from(copyIdHex.match(/../g), (pair) => parseInt(pair, 16));
  let [low, high] = [0, ids.length / ID_BYTES];
  while (low < high) {
    const middle = (low + high) >> 1;
    const order = compare(ids, middle * ID_BYTES, wanted);
    if (order === 0) return true;
    if (order < 0) low = middle + 1;
    else high = middle;
  }
  return false;
}

function idsOf(list) {
  let ids = decoded.get(list);
  if (!ids) {
    ids = bytesOf(list.copies);
    if (ids.length !== list.count * ID_BYTES) throw new Error("the deny list is not whole");
    decoded.set(list, ids);
  }
  return ids;
}

function compare(ids, start, wanted) {
  for (let place = 0; place < ID_BYTES; place += 1) {
    const order = ids[start + place] - wanted[place];
    if (order) return order;
  }
  return 0;
}
