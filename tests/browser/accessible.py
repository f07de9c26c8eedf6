"""What axe finds on a page: nothing of weight may be left (WCAG 2.2 AA)."""

from __future__ import annotations

from typing import Any

from axe_playwright_python.base import AXE_SCRIPT

from tests.browser.windows import SLOWNESS

# A page holds axe once; of what it finds only what counts comes back. All of it, with axe sent anew
# each time, took twice as long.
FIND = """
async () => {
  if (document.getAnimations().length) return ["in motion, though less motion is asked for"];
  const found = await axe.run(document, {
    runOnly: {
      type: "tag",
      values: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    },
    resultTypes: ["violations"],
  });
  return found.violations
    .filter((one) => ["serious", "critical"].includes(one.impact))
    .map((one) => `${one.id}: ${one.help} (${one.nodes[0].html.slice(0, 120)})`);
}
"""


def barriers(page: Any) -> list[str]:
    """Each serious or critical finding with the first element that it concerns.

    A browser that is slow on purpose is not asked: axe alone would take most of the time then.
    """
    if SLOWNESS > 1:
        return []
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE_SCRIPT)
    return list(page.evaluate(FIND))


def looks_right(visit: Any) -> None:
    """Nothing of weight for axe, nothing too wide, also with text at 200 %."""
    page = visit.page
    assert barriers(page) == [], page.url
    assert visit.wide() == 0, page.url
    assert visit.wide_when_large() == 0, f"{page.url} at 200 %"
