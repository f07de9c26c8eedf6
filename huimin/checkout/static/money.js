// Amounts are whole fen; nothing here is a float.

export function money(fen) {
  const whole = Math.trunc(Math.abs(fen) / 100);
  const part = String(Math.abs(fen) % 100).padStart(2, "0");
  return `${fen < 0 ? "−" : ""}¥${whole}.${part}`;
}

export function yuan(fen) {
  return money(fen).slice(1);
}

// What an input method made of digits and point, as plain ones.
export function plain(text) {
  return text.normalize("NFKC").replace(/[。．]/g, ".").trim();
}

// "128.5" → 12850; null for what is no amount.
export function fenOf(text) {
  const found = /^(\d{1,7})(?:\.(\d{0,2}))?$/.exec(plain(text));
  if (!found) return null;
  return Number(found[1]) * 100 + Number((found[2] || "").padEnd(2, "0"));
}

// As it is said: 12850 → 128 元 5 角. `names` are the words for yuan, jiao and fen.
export function spoken(fen, names) {
  const digits = [Math.trunc(fen / 100), Math.trunc(fen / 10) % 10, fen % 10];
  const said = digits.map((digit, place) => (digit || (place === 0 && !fen) ? `${digit} ${names[place]}` : ""));
  return said.filter(Boolean).join(" ");
}
