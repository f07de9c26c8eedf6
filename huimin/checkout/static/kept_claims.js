// @ts-check
// The list of claims made without network: those that wait to be filed, and what came of the others until the
// cashier has read it.
import { forgetClaim, keptClaims } from "./claim_queue.js";
import { whenOf } from "./clock.js";
import { button, byId, element } from "./elements.js";
import { onAnnounce } from "./leader.js";
import { money } from "./money.js";
import { words } from "./words.js";

/** @import { KeptClaim } from "./claim_queue.js" */

export function startKeptClaims() {
  onAnnounce("claims", draw);
  return draw();
}

async function draw() {
  const claims = await keptClaims().catch(() => []);
  byId("kept-claims").hidden = !claims.length;
  byId("kept-claims-title").textContent = words.kept_claims_title.replace("COUNT", claims.length);
  byId("kept-claims-list").replaceChildren(...claims.map(claimItem));
}

/** @param {KeptClaim} claim */
function claimItem(claim) {
  const { key, made_at, body } = claim;
  const inShort = element(
    "p",
    {},
    element("strong", { textContent: whenOf(made_at) }),
    ` ${words.list_price} ${money(body.amount_fen)} · ${words.order} ${body.order_no}`,
  );
  const says = element("p", { textContent: saysOf(claim) });
  if (!claim.filed && !claim.problem) return element("li", {}, inShort, says);
  const read = button("outline-primary sm", words.unanswered_read, () => forgetClaim(key), body.order_no);
  return element("li", {}, inShort, says, element("div", { className: "owed-actions" }, read));
}

/** @param {KeptClaim} claim */
function saysOf({ filed, claim_no, problem }) {
  if (problem) return problem;
  if (!filed) return words.kept_claim_waits;
  return claim_no ? words.kept_claim_filed.replace("NUMBER", claim_no) : words.kept_claim_known;
}
