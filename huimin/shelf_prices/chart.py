"""The prices of a good as pictures: the outlets of a month, and the median from month to month."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from huimin.core.bar_charts import WIDE, Axis, Bar, bars_below, columns_beside, titled
from huimin.core.chart_shapes import Chart
from huimin.core.money import money_text, yuan
from huimin.shelf_prices.compare import MonthPrice, OutletPrice


def outlets_chart(
    prices: Sequence[OutletPrice], words: Mapping[str, str], width: float = WIDE
) -> Chart:
    """The outlets of a month, the dearest first. `words`: title, axis, out (marks an outlier)."""
    bars = [
        Bar(each.row["outlet_name"], each.row["price_fen"], _text(each, words)) for each in prices
    ]
    axis = Axis.over(words["axis"], yuan, bars)
    plot = bars_below(bars, axis, None, width)
    return titled(words["title"], "；".join(bar.says for bar in bars), plot, width)


def months_chart(
    months: Sequence[MonthPrice], words: Mapping[str, str], width: float = WIDE
) -> Chart:
    """The median of each month. `words`: title, axis."""
    bars = [Bar(each.month, each.median_fen, money_text(each.median_fen)) for each in months]
    axis = Axis.over(words["axis"], yuan, bars)
    labels = [each.month[-5:] for each in months]
    values = [bar.text for bar in bars]
    plot = columns_beside([*zip(labels, bars, strict=True)], axis, None, width, values)
    return titled(words["title"], "；".join(bar.says for bar in bars), plot, width)


def _text(price: OutletPrice, words: Mapping[str, str]) -> str:
    text = money_text(price.row["price_fen"])
    return f"{text} ▲ {words['out']}" if price.stands_out else text
