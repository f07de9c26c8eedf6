"""What a part of a benchmark measured: rates, latencies, and what each operation cost."""

from __future__ import annotations

import statistics
from dataclasses import dataclass, field


@dataclass
class Figures:
    """The rounds of one part: operations per second, latencies in milliseconds, and what each
    operation cost in CPU of the server (microseconds) and how many shared a commit, if counted."""

    rates: list[float] = field(default_factory=list)
    p50s: list[float] = field(default_factory=list)
    p99s: list[float] = field(default_factory=list)
    cpus: list[float] = field(default_factory=list)
    groups: list[float] = field(default_factory=list)

    def add(self, seconds: float, latencies: list[float]) -> None:
        """A round: how long it took, and each operation, in seconds."""
        ordered = sorted(latencies)
        self.rates.append(len(ordered) / seconds)
        self.p50s.append(ordered[len(ordered) // 2] * 1000)
        self.p99s.append(ordered[int(len(ordered) * 0.99)] * 1000)

    @property
    def rate(self) -> float:
        """The median of the rounds."""
        return statistics.median(self.rates)

    def against(self, other: Figures) -> float:
        """The median ratio of the rates, round by round."""
        return statistics.median(x / y for x, y in zip(self.rates, other.rates, strict=True))

    def row(self, name: str, reference: Figures) -> str:
        """A line of the table under HEAD."""
        p50, p99 = statistics.median(self.p50s), statistics.median(self.p99s)
        shared = f"{_median(self.cpus, ' µs'):>10}{_median(self.groups):>8}"
        return (
            f"{name:<36}{self.rate:>9,.0f}/s{p50:>9.2f} ms{p99:>9.2f} ms{p99 / p50:>9.2f}"
            f"{shared}{self.against(reference):>8.2f}"
        )


HEAD = (
    f"{'':<38}{'rate':>11}{'p50':>12}{'p99':>12}{'p99/p50':>9}{'CPU':>10}{'group':>8}{'ratio':>8}"
)


def _median(values: list[float], unit: str = "") -> str:
    return f"{statistics.median(values):,.0f}{unit}" if values else ""
