// Amounts are whole fen; nothing here is a float.

export function money(fen) {
  const whole = Math.trunc(Math.abs(fen) / 100);
  const part = String(Math.abs(fen) % 100).padStart(2, "0");
  return `${fen < 0 ? "−" : ""}¥${whole}.${part}`;
}

export function yuan(fen) {
  return money(fen).slice(1);
}

// "128.5" → 12850; null for what is no amount. Full-width digits come from input methods.
export function fenOf(text) {
  const found = /^(\d{1,7})(?:\.(\d{0,2}))?$/.exec(text.normalize("NFKC").replace("。", ".").trim());
  if (!found) return null;
  return Number(found[1]) * 100 + Number((found[2] || "").padEnd(2, "0"));
}
