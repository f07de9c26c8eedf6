// Which policy of the offline pack counts at an instant, and whether the pack itself still does.

const COUNTY_MS = 8 * 3_600_000; // Asia/Shanghai has no daylight saving time

// The county's date at an instant (milliseconds): "2026-10-31".
export function countyDay(ms) {
  return new Date(ms + COUNTY_MS).toISOString().slice(0, 10);
}

// The policy of that instant's county day; throws {code}: no_policy, offline_not_allowed.
export function policyOn(pack, ms) {
  const id = pack.days[countyDay(ms)];
  const terms = pack.policies.find((policy) => policy.id === id);
  if (!terms) throw { code: "no_policy" };
  if (!terms.offline) throw { code: "offline_not_allowed" };
  return terms;
}

// Passes a pack that counts at that instant; throws {code: "offline_pack_expired"} for one that is too
// old, {code: "offline_time_wrong"} when the clock stands before the pack was made.
export function requireValid(pack, ms) {
  if (ms > Date.parse(pack.valid_until)) throw { code: "offline_pack_expired" };
  if (ms < Date.parse(pack.issued_at) - 120_000) throw { code: "offline_time_wrong" };
}

// The pack after a 304: the same content, with the moments that the answer's headers tell.
export function renewed(pack, headers) {
  const issuedAt = headers.get("Huimin-Pack-Issued-At");
  return {
    ...pack,
    issued_at: issuedAt,
    valid_until: headers.get("Huimin-Pack-Valid-Until"),
    server_time: headers.get("Huimin-Pack-Server-Time"),
    deny_list: { ...pack.deny_list, issued_at: issuedAt },
  };
}
