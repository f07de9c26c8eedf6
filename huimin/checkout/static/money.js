// @ts-check
// Amounts are whole fen, never floating point.

/**
 * As it is read: 128050 → "¥1,280.50", −1024 → "−¥10.24".
 * @param {number} fen
 */
export function money(fen) {
  const [yuan, part] = amountText(Math.abs(fen)).split(".");
  return `${fen < 0 ? "−" : ""}¥${yuan.replace(/\B(?=(\d{3})+$)/g, ",")}.${part}`;
}

/**
 * An amount of 0 or more as a field holds it: 128050 → "1280.50".
 * @param {number} fen
 */
export const amountText = (fen) =>
  `${Math.trunc(fen / 100)}.${String(fen % 100).padStart(2, "0")}`;

/**
 * "128.5" → 12850; null for anything that is not an amount.
 * @param {string} text
 */
export function fenOf(text) {
  // An input method may produce full-width digits and points.
  const plain = text
    .normalize("NFKC")
    .replace(/[。．]/g, ".")
    // As an amount is shown, so it may be pasted.
    .replace(/^\s*¥|,(?=\d{3}(\D|$))/g, "")
    .trim();
  const match = /^(\d{1,7})(?:\.(\d{0,2}))?$/.exec(plain);
  if (!match) return null;
  return Number(match[1]) * 100 + Number((match[2] || "").padEnd(2, "0"));
}

/**
 * The same for an optional field: "" → 0.
 * @param {string} text
 */
export const optionalFenOf = (text) => (text.trim() ? fenOf(text) : 0);

/**
 * As it is spoken: 12850 → 128 元 5 角.
 * @param {number} fen
 * @param {string[]} units the words for yuan, jiao and fen
 */
export function spoken(fen, units) {
  const digits = [Math.trunc(fen / 100), Math.trunc(fen / 10) % 10, fen % 10];
  const parts = digits.map((digit, index) =>
    digit || (index === 0 && !fen) ? `${digit} ${units[index]}` : "",
  );
  return parts.filter(Boolean).join(" ");
}
