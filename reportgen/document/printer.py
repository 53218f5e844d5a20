"""Prints facts: which measure a value takes in this document, and the text of a fact in a style."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from fractions import Fraction

from reportgen.config.job import Job
from reportgen.config.model import Locale
from reportgen.document.numbers import Measure, footing, for_column, measure, money
from reportgen.facts.fact import Fact, Unit
from reportgen.facts.metric import Metric
from reportgen.facts.table import FactSet

ONE_CUSTOMER = frozenset({"aum_median"})
"""Metrics in money that are the amount of one customer."""
HALF_POINT = Fraction(5, 1000)
"""A smaller difference takes two decimals: a rate 0.15 points behind must not read as 0.2."""
RANGE = {"zh-CN": "～", "en": " to "}


class Printer:
    """Chooses one scale of amounts for the document and prints values with it."""

    def __init__(self, facts: FactSet, job: Job, locale: Locale, scope: str) -> None:
        self.facts = facts
        self.locale = locale
        self.rounding = job.rounding
        self.currency = facts.currency
        self.scales: dict[Unit, Measure] = {
            "money": self._scale("money", "aum_point", scope),
            "money_per_customer": self._scale("money_per_customer", "aum_per_customer", scope),
        }

    def _scale(self, unit: Unit, metric: str, scope: str) -> Measure:
        """The scale of amounts follows the larger of the two dates' totals."""
        found = (self.facts.find(metric, scope=scope, at=at) for at in ("since", "period"))
        return measure(unit, self.locale, self.currency, [fact.value for fact in found if fact is not None])

    def measure(self, unit: Unit) -> Measure:
        """The measure of a unit in this document: amounts share one scale a level."""
        return self.scales.get(unit) or measure(unit, self.locale, self.currency)

    def unit(self, fact: Fact) -> Unit:
        """The unit a fact is printed in: one customer's amount takes a customer's scale though it is no average."""
        return "money_per_customer" if fact.metric in ONE_CUSTOMER else fact.unit

    def unit_of(self, metric: Metric) -> Unit:
        """The same for a metric's definition."""
        return "money_per_customer" if metric.id in ONE_CUSTOMER else metric.unit

    def column(self, unit: Unit, values: Iterable[Fraction]) -> Measure:
        """The measure of one column; of amounts a customer a smaller scale where none of them reaches one of it."""
        present = list(values)
        largest = max((abs(value) for value in present), default=Fraction(0))
        chosen = self.fitting(largest, unit) if unit == "money_per_customer" else self.measure(unit)
        return for_column(chosen, present, self.rounding)

    def fitting(self, value: Fraction, unit: Unit) -> Measure:
        """The measure for one value in a sentence: a smaller scale or more decimals where it would nearly vanish."""
        chosen = self.measure(unit)
        if value and unit in self.scales and abs(chosen.decimal(value, self.rounding)) < 1:
            return money(self.locale, self.currency, "bank" if unit == "money" else "customer", abs(value))
        if unit == "points" and value and abs(value) < HALF_POINT:
            chosen = replace(chosen, decimals=2)
        if value and unit in ("share", "points") and not chosen.decimal(value, self.rounding):
            return for_column(chosen, [value], self.rounding)
        return chosen

    def quantity(self, value: Fraction, unit: Unit, style: str = "") -> str:
        """A value in a style of the mini-language."""
        if style == "pp":
            unit = "points"
        sign = {"signed": "both", "abs": "none"}.get(style, "minus")
        chosen = self.fitting(value, unit)
        printed = chosen.bare if style == "bare" else chosen.text
        return printed(value, self.rounding, sign)  # type: ignore[arg-type]

    def setting(self, value: Fraction, unit: Unit) -> str:
        """A threshold as it was set: exact, without zeros at the end (70%, 30天)."""
        chosen = self.measure(unit)
        exact = Measure(chosen.divisor, 6, chosen.head, chosen.before, chosen.after, chosen.one, trim=True)
        return exact.text(value, self.rounding)

    def interval(self, low: float, high: float, unit: Unit) -> str:
        """42.7%～65.2%, 42.7% to 65.2%."""
        ends = [self.measure(unit).text(Fraction(end), self.rounding) for end in (low, high)]
        return RANGE[self.locale].join(ends)

    def probability(self, p: float) -> str:
        """A p-value or q-value with its sign: ＝0.021, ＜0.001."""
        equals, below = ("＝", "＜") if self.locale == "zh-CN" else (" = ", " < ")
        return f"{below}0.001" if p < 0.001 else f"{equals}{p:.3f}"

    def probability_words(self, p: float) -> str:
        """A p-value inside a sentence: 0.021, 小于0.001, below 0.001."""
        below = "小于" if self.locale == "zh-CN" else "below "
        return f"{below}0.001" if p < 0.001 else f"{p:.3f}"

    def base(self, n: int) -> str:
        """n＝72, n = 72."""
        return f"n{'＝' if self.locale == 'zh-CN' else ' = '}{n:,}"

    def foot(self, parts: Iterable[Fraction], total: Fraction, chosen: Measure) -> tuple[str, str] | None:
        """Printed sum of parts and printed total where they differ."""
        off = footing(parts, total, chosen, self.rounding)
        return (f"{off[0]:,f}".replace("-", "−"), f"{off[1]:,f}".replace("-", "−")) if off else None
