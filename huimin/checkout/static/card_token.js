// @ts-check
// Verify a card token (COSE_Sign1 over CWT claims, as decimal digits) offline: the same as
// core/card_token.verify_token. Only the one structure that the county signs is accepted, in its shortest
// CBOR. Whether the card is still valid is for the caller to decide.
import { strictBytes, strictMap, StrictReader } from "./strict_cbor.js";

/**
 * What the signature vouches for; times in Unix seconds. Only a changing code has `issuedAt`.
 * @typedef {{copyId: string, expiresAt: number, issuedAt: number | null}} Claims
 */
/**
 * The county's keys (RFC 7517), and the ids of those that leaked.
 * @typedef {{keys: {kid: string, kty: string, crv: string, x: string}[], revoked?: string[]}} KeySet
 */
/** @typedef {Uint8Array<ArrayBuffer>} Bytes */
/** @typedef {(publicKey: Bytes, signature: Bytes, message: Bytes) => Promise<boolean>} Check */

const TEXT_MAX = 4_096;
const TOKEN_BYTES_MAX = 256;
const COPY_ID_BYTES = 7;
const [HEADER_KEY_ID, CLAIM_EXPIRY, CLAIM_ISSUED, CLAIM_COPY_ID] = [4, 4, 6, 7];
const PROTECTED = [0xa1, 0x01, 0x27]; // {1: -8}: EdDSA and nothing else
const CLAIM_ORDERS = [
  [CLAIM_COPY_ID, CLAIM_EXPIRY].join(),
  [CLAIM_COPY_ID, CLAIM_EXPIRY, CLAIM_ISSUED].join(),
];
const STEP_SECONDS = 60;

/**
 * The claims of a token with a valid signature. Throws {code: "card_signature_invalid"}, or
 * {code: "card_key_revoked"} for one of a key that leaked, whatever its signature.
 * @param {string} digits
 * @param {KeySet} keys as the offline pack holds them
 * @param {Check} check tests pass withWebCrypto or withNoble
 * @returns {Promise<Claims & {keyId: number}>}
 */
export async function verifyToken(digits, keys, check = checkSignature) {
  let token;
  try {
    token = readToken(digits);
  } catch {
    throw refusal();
  }
  const { keyId, payload, signature, claims } = token;
  const key = keys.keys.find(
    (each) => each.kid === hex([keyId]) && each.kty === "OKP" && each.crv === "Ed25519",
  );
  if (keys.revoked?.includes(hex([keyId]))) throw { code: "card_key_revoked" };
  if (!key) throw refusal();
  if (!(await check(bytesOf(key.x), signature, signedBytes(payload)))) throw refusal();
  return { ...claims, keyId };
}

/**
 * Whether the card's last county day, which ends at the token's expiry, is over.
 * @param {Claims} claims
 * @param {number} nowMs
 */
export function isExpired(claims, nowMs) {
  return claims.expiresAt * 1_000 <= nowMs;
}

/**
 * Whether a changing code is accepted now: in its own minute, the one before or the one after.
 * @param {Claims} claims
 * @param {number} nowMs
 */
export function isFresh(claims, nowMs) {
  const age = nowMs / 1_000 - /** @type {number} */ (claims.issuedAt);
  return -STEP_SECONDS <= age && age < 2 * STEP_SECONDS;
}

/**
 * Check by the browser's Ed25519 if it has it, otherwise by noble's.
 * @type {Check}
 */
export async function checkSignature(publicKey, signature, message) {
  return (await hasWebCrypto())
    ? withWebCrypto(publicKey, signature, message)
    : withNoble(publicKey, signature, message);
}

/** @type {Check} */
export async function withWebCrypto(publicKey, signature, message) {
  const key = await importKey(publicKey);
  return crypto.subtle.verify({ name: "Ed25519" }, key, signature, message);
}

/** @type {Check} */
export async function withNoble(publicKey, signature, message) {
  const [noble, { sha512 }] = await Promise.all([
    import("../vendor/noble-ed25519/index.js"),
    import("../vendor/noble-hashes/sha2.js"),
  ]);
  // noble would take SHA-512 from crypto.subtle, which a page without TLS does not have.
  Object.assign(noble.hashes, { sha512 });
  try {
    // RFC 8032, as strict as the server.
    return noble.verify(signature, message, publicKey, { zip215: false });
  } catch {
    return false;
  }
}

/** @type {Promise<boolean> | undefined} */
let webCrypto;

export function hasWebCrypto() {
  // The base point is a valid public key; a browser without Ed25519 refuses to import it.
  const basePoint = new Uint8Array(32).fill(0x66);
  basePoint[0] = 0x58;
  webCrypto ??= Promise.resolve()
    .then(() => importKey(basePoint))
    .then(
      () => true,
      () => false,
    );
  return webCrypto;
}

/** @param {Bytes} publicKey */
const importKey = (publicKey) =>
  crypto.subtle.importKey("raw", publicKey, { name: "Ed25519" }, false, ["verify"]);

/** @param {string} digits */
function readToken(digits) {
  if (!/^[1-9][0-9]*$/.test(digits)) throw new Error("no number in its shortest form");
  if (digits.length > TEXT_MAX) throw new Error("too long");
  const data = bytesOfNumber(BigInt(digits));
  if (data.length > TOKEN_BYTES_MAX || data[0] !== 1) throw new Error("no token");
  const reader = new StrictReader(data.subarray(1));
  reader.expect(0xd2); // tag 18: COSE_Sign1
  reader.expect(0x84); // an array of four
  const header = reader.bytes();
  if (hex(header) !== hex(PROTECTED)) throw new Error("another algorithm");
  const keyId = strictBytes(strictMap(reader, [HEADER_KEY_ID]).get(HEADER_KEY_ID), 1)[0];
  const payload = reader.bytes();
  const signature = strictBytes(reader.bytes(), 64);
  reader.end();
  return { keyId, payload, signature, claims: readClaims(payload) };
}

/**
 * @param {Bytes} payload
 * @returns {Claims}
 */
function readClaims(payload) {
  const reader = new StrictReader(payload);
  const claims = strictMap(reader, [CLAIM_COPY_ID, CLAIM_EXPIRY], [CLAIM_ISSUED]);
  reader.end();
  if (!CLAIM_ORDERS.includes([...claims.keys()].join())) throw new Error("another order");
  const [expiresAt, issuedAt] = [claims.get(CLAIM_EXPIRY), claims.get(CLAIM_ISSUED) ?? null];
  if (typeof expiresAt !== "number") throw new Error("other claims");
  if (issuedAt !== null && typeof issuedAt !== "number") throw new Error("other claims");
  return {
    copyId: hex(strictBytes(claims.get(CLAIM_COPY_ID), COPY_ID_BYTES)),
    expiresAt,
    issuedAt,
  };
}

/**
 * RFC 9052, section 4.4: what is signed is the Sig_structure ["Signature1", protected, h'', payload].
 * @param {Uint8Array} payload
 */
function signedBytes(payload) {
  const context = new TextEncoder().encode("Signature1");
  const length = payload.length < 24 ? [0x40 + payload.length] : [0x58, payload.length];
  return Uint8Array.from([
    ...[0x84, 0x60 + context.length, ...context],
    ...[0x40 + PROTECTED.length, ...PROTECTED],
    ...[0x40, ...length, ...payload],
  ]);
}

/** @param {bigint} number */
function bytesOfNumber(number) {
  const text = number.toString(16);
  return bytesOfHex(text.length % 2 ? `0${text}` : text);
}

/** @param {string} text */
export function bytesOfHex(text) {
  return Uint8Array.from(text.match(/../g) ?? [], (pair) => parseInt(pair, 16));
}

/**
 * The bytes of base64url without padding.
 * @param {string} text
 */
export function bytesOf(text) {
  const plain = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
  return Uint8Array.from(plain, (letter) => letter.charCodeAt(0));
}

/** @param {Iterable<number>} bytes */
export function hex(bytes) {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

function refusal() {
  return { code: "card_signature_invalid" };
}
