// @ts-check
// Whether a card copy is on the deny list of the offline pack: a binary search in the sorted ids, which
// are decoded once for each list.
import { bytesOf, bytesOfHex } from "./card_token.js";

/** @import { Pack } from "./pack.js" */

const ID_BYTES = 7;
/** @type {WeakMap<object, Uint8Array>} */
const decoded = new WeakMap();

/**
 * Throws if the list is not as long as its count says, so that half a list is never used.
 * @param {Pick<Pack, "deny_list">} pack
 * @param {string} copyId in hex
 */
export function isDenied(pack, copyId) {
  const ids = idsOf(pack.deny_list);
  const wanted = bytesOfHex(copyId);
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

/** @param {Pack["deny_list"]} list */
function idsOf(list) {
  let ids = decoded.get(list);
  if (!ids) {
    ids = bytesOf(list.copies);
    if (ids.length !== list.count * ID_BYTES) throw new Error("the deny list is not whole");
    decoded.set(list, ids);
  }
  return ids;
}

/**
 * @param {Uint8Array} ids
 * @param {number} start
 * @param {Uint8Array} wanted
 */
function compare(ids, start, wanted) {
  for (let index = 0; index < ID_BYTES; index += 1) {
    const order = ids[start + index] - wanted[index];
    if (order) return order;
  }
  return 0;
}
