// @ts-check
// Which till this page is: the server writes it into the page. A page from the cache names none; there
// the pack says it.
import { byId } from "./elements.js";
import { keptPack } from "./pack.js";

/** @typedef {{terminal: string, outlet: string, called: string}} Till the ids, and how it is called */

/** @returns {Promise<Till | null>} */
export async function thisTill() {
  const { terminal = "", outlet, called = "" } = byId("till").dataset;
  if (outlet) return { terminal, outlet, called };
  const pack = await keptPack().catch(() => null);
  if (!pack) return null;
  const label = pack.terminal.label || pack.terminal.code;
  return {
    terminal: pack.terminal.id,
    outlet: pack.outlet.id,
    called: `${pack.outlet.name} · ${label}`,
  };
}
