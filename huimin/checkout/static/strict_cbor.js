// @ts-check
// Reads the part of CBOR (RFC 8949) that a card token uses: unsigned integers, byte strings, and maps of
// them, each in its shortest form. Anything else throws.

/** @typedef {number | Uint8Array<ArrayBuffer>} Value */

export class StrictReader {
  /** @param {Uint8Array<ArrayBuffer>} data */
  constructor(data) {
    this.data = data;
    this.position = 0;
  }

  /**
   * The next byte must be this one.
   * @param {number} byte
   */
  expect(byte) {
    if (this.take() !== byte) throw new Error("another shape");
  }

  /** A byte string. */
  bytes() {
    const [major, length] = this.head();
    if (major !== 2 || this.position + length > this.data.length) throw new Error("no byte string");
    this.position += length;
    return this.data.slice(this.position - length, this.position);
  }

  /**
   * A byte string or an unsigned integer.
   * @returns {Value}
   */
  value() {
    const major = this.data[this.position] >> 5;
    if (major === 2) return this.bytes();
    if (major !== 0) throw new Error("another type");
    return this.head()[1];
  }

  /** [major type, argument] */
  head() {
    const first = this.take();
    const info = first & 0x1f;
    if (info < 24) return [first >> 5, info];
    if (info > 27) throw new Error("an indefinite or reserved length");
    const size = 2 ** (info - 24);
    let argument = 0;
    for (let count = 0; count < size; count += 1) argument = argument * 256 + this.take();
    if (!Number.isSafeInteger(argument)) throw new Error("too large");
    const least = size === 1 ? 24 : 2 ** (4 * size);
    if (argument < least) throw new Error("not in its shortest form");
    return [first >> 5, argument];
  }

  take() {
    if (this.position >= this.data.length) throw new Error("too short");
    this.position += 1;
    return this.data[this.position - 1];
  }

  /** There must be nothing left. */
  end() {
    if (this.position !== this.data.length) throw new Error("something follows");
  }
}

/**
 * A map with all of the `needed` keys, possibly some of the `possible` ones, and no others.
 * @param {StrictReader} reader
 * @param {number[]} needed
 * @param {number[]} possible
 */
export function strictMap(reader, needed, possible = []) {
  const [major, count] = reader.head();
  if (major !== 5 || count > needed.length + possible.length) throw new Error("another map");
  /** @type {Map<Value, Value>} */
  const entries = new Map();
  for (let number = 0; number < count; number += 1) {
    const key = reader.value();
    if (typeof key !== "number" || ![...needed, ...possible].includes(key) || entries.has(key)) {
      throw new Error("another key");
    }
    entries.set(key, reader.value());
  }
  if (!needed.every((key) => entries.has(key))) throw new Error("a key is missing");
  return entries;
}

/**
 * The value, if it is a byte string of that length.
 * @param {Value | undefined} value
 * @param {number} length
 */
export function strictBytes(value, length) {
  if (!(value instanceof Uint8Array) || value.length !== length) throw new Error("another length");
  return value;
}
