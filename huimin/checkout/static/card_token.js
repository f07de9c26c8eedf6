// Verify a card token (COSE_Sign1 over CWT claims, as decimal digits) without asking anybody: the same
// as core/card_token.verify_token. Only the one shape that the county signs is read, in its shortest
// CBOR; whatever else is there is refused. Whether the card still counts is for the caller to say.
import { strictBytes, strictMap, StrictReader } from "./strict_cbor.js";

const TEXT_MAX = 4_096;
const TOKEN_BYTES_MAX = 256;
const COPY_ID_BYTES = 7;
const [CLAIM_EXPIRY, CLAIM_ISSUED, CLAIM_COPY_ID] = [4, 6, 7];
const PROTECTED = [0xa1, 0x01, 0x27]; // {1: -8}: EdDSA and nothing else
const STEP_SECONDS = 60;

// verifyToken(digits, keys) → {copyId: hex, expiresAt, issuedAt: null | seconds, keyId}.
//   keys: a JWK set, as the offline pack holds it. `check` is for tests: withWebCrypto or withNoble.
// Throws {code: "card_signature_invalid"}.
export async function verifyToken(digits, keys, check = checkSignature) {
  let token;
  try {
    token = readToken(digits);
  } catch {
    throw refused();
  }
  const key = keys.keys.find(
    (each) => each.kid === hex([token.keyId]) && each.kty === "OKP" && each.crv === "Ed25519",
  );
  if (!key) throw refused();
  const good = await check(bytesOf(key.x), token.signature, signedBytes(token.payload));
  if (!good) throw refused();
  return { ...token.claims, keyId: token.keyId };
}

// The token's day is over (its expiry is the instant at which the card's last county day ends).
export function isExpired(claims, nowMs) {
  return claims.expiresAt * 1_000 <= nowMs;
}

// A changing code may be read within its step, the one before or the one after.
export function isFresh(claims, nowMs) {
  const age = nowMs / 1_000 - claims.issuedAt;
  return -STEP_SECONDS <= age && age < 2 * STEP_SECONDS;
}

// The browser's own Ed25519 where it has one, else noble's.
export async function checkSignature(publicKey, signature, message) {
  return (await hasWebCrypto()) ? withWebCrypto(publicKey, signature, message) : withNoble(publicKey, signature, message);
}

export async function withWebCrypto(publicKey, signature, message) {
  const key = await crypto.subtle.importKey("raw", publicKey, { name: "Ed25519" }, false, ["verify"]);
  return crypto.subtle.verify({ name: "Ed25519" }, key, signature, message);
}

export async function withNoble(publicKey, signature, message) {
  const [noble, { sha512 }] = await Promise.all([
    import("../vendor/noble-ed25519/index.js"),
    import("../vendor/noble-hashes/sha2.js"),
  ]);
  // Its own SHA-512, because a page without TLS has no crypto.subtle at all.
  noble.hashes.sha512 = sha512;
  try {
    // As RFC 8032 has it: the same strictness as the server's.
    return noble.verify(signature, message, publicKey, { zip215: false });
  } catch {
    return false;
  }
}

let webCrypto;
export function hasWebCrypto() {
  // The base point is a good public key; a browser that does not know Ed25519 refuses to take it.
  const probe = new Uint8Array(32).fill(0x66);
  probe[0] = 0x58;
  webCrypto ??= Promise.resolve()
    .then(() => crypto.subtle.importKey("raw", probe, { name: "Ed25519" }, false, ["verify"]))
    .then(() => true, () => false);
  return webCrypto;
}

function readToken(digits) {
  if (!/^[0-9]+$/.test(digits)) throw new Error("no digits");
  const data = bytesOfNumber(BigInt(digits.slice(0, TEXT_MAX)));
  if (data.length > TOKEN_BYTES_MAX || data[0] !== 1) throw new Error("no token");
  const reader = new StrictReader(data.subarray(1));
  reader.expect(0xd2); // tag 18: COSE_Sign1
  reader.expect(0x84); // an array of four
  const header = reader.bytes();
  if (hex(header) !== hex(PROTECTED)) throw new Error("another algorithm");
  const keyId = strictBytes(strictMap(reader, [4]).get(4), 1)[0];
  const payload = reader.bytes();
  const signature = strictBytes(reader.bytes(), 64);
  reader.end();
  return { keyId, payload, signature, claims: readClaims(payload) };
}

function readClaims(payload) {
  const reader = new StrictReader(payload);
  const claims = strictMap(reader, [CLAIM_COPY_ID, CLAIM_EXPIRY], [CLAIM_ISSUED]);
  reader.end();
  const [expiresAt, issuedAt] = [claims.get(CLAIM_EXPIRY), claims.get(CLAIM_ISSUED) ?? null];
  if (typeof expiresAt !== "number") throw new Error("other claims");
  if (issuedAt !== null && typeof issuedAt !== "number") throw new Error("other claims");
  return { copyId: hex(strictBytes(claims.get(CLAIM_COPY_ID), COPY_ID_BYTES)), expiresAt, issuedAt };
}

// RFC 9052, section 4.4: what is signed is the Sig_structure ["Signature1", protected, h'', payload].
function signedBytes(payload) {
  const context = new TextEncoder().encode("Signature1");
  const length = payload.length < 24 ? [0x40 + payload.length] : [0x58, payload.length];
  return Uint8Array.from([
    0x84, 0x60 + context.length, ...context, 0x40 + PROTECTED.length, ...PROTECTED, 0x40, ...length, ...payload,
  ]);
}

function bytesOfNumber(number) {
  const text = number.toString(16);
  const even = text.length % 2 ? `0${text}` : text;
  return Uint8Array.from(even.match(/../g), (pair) => parseInt(pair, 16));
}

// base64url without padding.
export function bytesOf(text) {
  const plain = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
  return Uint8Array.from(plain, (letter) => letter.charCodeAt(0));
}

export function hex(bytes) {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

function refused() {
  return { code: "card_signature_invalid" };
}
