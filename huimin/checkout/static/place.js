// Which till this page is: {terminal, outlet, called}, as the server wrote it into the page; a page
// that the browser kept names no place, and there the pack says it.
import { keptPack } from "./pack.js";

export async function place() {
  const { terminal, outlet, called } = document.getElementById("till")?.dataset ?? {};
  if (outlet) return { terminal, outlet, called };
  const pack = await keptPack().catch(() => null);
  return pack && { terminal: pack.terminal.id, outlet: pack.outlet.id, called: `${pack.outlet.name} · ${pack.terminal.label || pack.terminal.code}` };
}
