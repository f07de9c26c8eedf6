"""Where the numbers of a report lead: to the rows, cards, claims and alerts that they count.

A number that counts nothing leads nowhere, and so does one whose list its reader may not open. The
lists ask again for themselves.
"""

from __future__ import annotations

from urllib.parse import quote

from flask import url_for

from huimin.core.period import Period
from huimin.core.permissions import allows
from huimin.reports.cards_behind import USED
from huimin.reports.counts import AGAINST
from huimin.reports.facts import Fact
from huimin.reports.figures import FIGURES, Figures
from huimin.reports.monthly import MonthlyReport

KIND_OF = {"redemptions": "redemption", "reversals": "reversal"}
# A line of the cover → the state of the alerts that it counts.
ALERT_STATES = {"alerts_found": "all", "alerts_looked_at": "looked_at"}
OFFLINE = ("offline", "offline_share_bp")
SILENT = "#silent"
NOW = "now"


class Addresses:
    """The addresses of a report's numbers, for one reader."""

    def __init__(self, report: MonthlyReport, role: str) -> None:
        self.report, self.role = report, role
        earlier = (report.previous_month, report.last_year_month)
        self.months = {NOW: report.month, **dict(zip(AGAINST, earlier, strict=True))}
        # A page has thousands of addresses: what they have in common is made once.
        self.lists: dict[str, dict[str, str]] = {}
        if allows(role, "ledger.read"):
            self.lists = {
                name: {
                    when: url_for(f"reports.{name}", month=month)
                    for when, month in self.months.items()
                }
                for name in ("rows", "cards", "claims")
            }

    def figure(
        self, row: Figures, figure: str, by: str, key: str = "", when: str = NOW
    ) -> str | None:
        """Of a figure of a row: the group `key` of the grouping `by`."""
        value = getattr(row, figure)
        behind = value if not figure.endswith("_fen") else row.redemptions + row.reversals
        if not behind or not self.lists:
            return None
        group = "&by=total" if by == "total" else f"&by={by}&key={quote(key)}"
        if figure == "cards_used":
            return f"{self.lists['cards'][when]}&of={USED}{group}"
        kind = KIND_OF.get(figure)
        return f"{self.lists['rows'][when]}{group}{f'&kind={kind}' if kind else ''}"

    def fact(self, fact: Fact, when: str = NOW) -> str | None:
        """Of a line of the cover, now or at one of AGAINST."""
        if fact.code in FIGURES:
            total = self.report.total
            row = total if when == NOW else getattr(total, when)
            return self.figure(row, fact.code, "total", when=when)
        if not getattr(fact, when):
            return None
        if fact.code == "used_share_bp":
            row = self.report.total if when == NOW else getattr(self.report.total, when)
            return self.figure(row, "cards_used", "total", when=when)
        room, _, of = fact.code.partition("_")
        if fact.code == "silent":
            return SILENT
        if room == "alerts":
            return self._alerts(fact.code, when)
        if not self.lists:
            return None
        if fact.code in OFFLINE:
            return f"{self.lists['rows'][when]}&by=channel&key=offline&kind=redemption"
        return f"{self.lists[room][when]}&of={of}"

    def outlet(self, outlet_id: str) -> str | None:
        """Of an outlet's own page."""
        if not allows(self.role, "merchant.read"):
            return None
        return url_for("merchants.outlet", outlet_id=outlet_id)

    def _alerts(self, code: str, when: str) -> str | None:
        if not allows(self.role, "alert.read"):
            return None
        period = Period.read(self.months[when])
        return url_for(
            "alerts.alerts", state=ALERT_STATES[code], first=period.first, last=period.last
        )
