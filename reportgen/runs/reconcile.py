"""Sums that must agree before anything leaves: all branches against the bank, the bank against the general ledger."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from pathlib import Path

from reportgen.config.amount import MINOR_UNITS, MULTIPLES
from reportgen.config.release import LedgerTotal, ReleaseRule
from reportgen.context import RunContext
from reportgen.errors import JobError, Problem, SourceError, nearest
from reportgen.facts.table import FactSet

BRANCHES, LEDGER = "branches", "general ledger"


@dataclass(frozen=True, slots=True)
class Reconciliation:
    """One total beside another, in the published unit (元, 户)."""

    metric: str
    against: str
    """`branches` or `general ledger`."""
    bank: Fraction
    sum: Fraction
    """Of the branches, or what the ledger says."""
    within: Fraction = Fraction(0)

    @property
    def difference(self) -> Fraction:
        return self.bank - self.sum

    @property
    def holds(self) -> bool:
        return abs(self.difference) <= self.within

    def __str__(self) -> str:
        return (f"{self.metric}: the bank has {_text(self.bank)}, {_SUBJECT[self.against]} {_text(self.sum)}; "
                f"difference {_text(self.difference)}.")

    def told(self) -> dict[str, str]:
        """As the summary has it."""
        return {"metric": self.metric, "against": self.against, "bank": _text(self.bank), "sum": _text(self.sum),
                "difference": _text(self.difference), "verdict": "agrees" if self.holds else "differs"}


_SUBJECT = {BRANCHES: "its branches together", LEDGER: "the general ledger"}


def check_rule(rule: ReleaseRule, facts: FactSet, place: str) -> None:
    """JobError (exit 2) for a metric that is none, or is no sum, before the first page."""
    problems = []
    stated = rule.reconcile if "reconcile" in rule.model_fields_set else ()
    for name in dict.fromkeys((*stated, *rule.ledger_totals)):
        metric = facts.metrics.get(name)
        if metric is None:
            near = nearest(name, [*facts.metrics])
            problems.append(Problem(place, f"release names {name}, which is no metric.{near}"))
        elif metric.additivity != "additive":
            problems.append(Problem(place, f"release names {name}, which is no sum: branches do not add up to it."))
    if problems:
        raise JobError(problems, state="No report was made.", hint="reportgen catalogue lists the metrics.")


def reconcile(
    rule: ReleaseRule, facts: FactSet, totals: Mapping[str, tuple[Fraction, Fraction]]
) -> tuple[Reconciliation, ...]:
    """Every total the rule asks for, that the facts have; `totals` are the general ledger's (`ledger_totals`)."""
    return (*_branches(rule, facts), *_ledger(facts, totals))


def _branches(rule: ReleaseRule, facts: FactSet) -> Iterator[Reconciliation]:
    branches = [scope for scope in facts.scopes() if scope.startswith("branch:")]
    for metric in rule.reconcile if branches else ():
        bank = facts.find(metric)
        parts = [found for scope in branches if (found := facts.find(metric, scope=scope)) is not None]
        if bank is not None or parts:
            unit = (bank or parts[0]).unit
            yield Reconciliation(
                metric, BRANCHES, _published(bank.value if bank else Fraction(0), unit, facts),
                _published(sum((one.value for one in parts), Fraction(0)), unit, facts),
            )


def _ledger(facts: FactSet, totals: Mapping[str, tuple[Fraction, Fraction]]) -> Iterator[Reconciliation]:
    for metric, (total, within) in totals.items():
        bank = facts.find(metric)
        value = _published(bank.value, bank.unit, facts) if bank else Fraction(0)
        yield Reconciliation(metric, LEDGER, value, total, within)


def _published(value: Fraction, unit: str, facts: FactSet) -> Fraction:
    return value / 10 ** MINOR_UNITS[facts.currency] if unit == "money" else value


def ledger_totals(rule: ReleaseRule, context: RunContext) -> dict[str, tuple[Fraction, Fraction]]:
    """Metric to the general ledger's total and the difference accepted, both in main units or pieces.

    Raises SourceError (exit 4) for a file that is missing, lacks the column or holds what is no number.
    """
    return {metric: _total(metric, one, context) for metric, one in rule.ledger_totals.items()}


def _total(metric: str, one: LedgerTotal, context: RunContext) -> tuple[Fraction, Fraction]:
    value = one.value if one.value is not None else _summed(metric, one, context)
    multiple = Fraction(MULTIPLES[one.unit])
    return Fraction(value) * multiple, Fraction(one.within) * multiple


def _summed(metric: str, one: LedgerTotal, context: RunContext) -> Decimal:
    assert one.file is not None
    name = one.file.format(period=context.period.label)
    path = context.root / name
    place = f"release.ledger_totals.{metric} ({name})"
    if not path.resolve().is_relative_to(context.root.resolve()):
        raise SourceError(Problem(place, "the file lies outside the project."), state="No report was made.")
    try:
        return sum(_column(path, str(one.column), place), Decimal(0))
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8"
        raise SourceError(Problem(place, f"cannot be read: {reason}."), state="No report was made.",
                          hint="Put the general ledger's file there, then run again.") from None


def _column(path: Path, column: str, place: str) -> Iterator[Decimal]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = csv.DictReader(file, strict=True)
        if column not in (rows.fieldnames or ()):
            raise SourceError(Problem(place, f"there is no column '{column}'.{nearest(column, rows.fieldnames or ())}"),
                              state="No report was made.")
        for row in rows:
            try:
                number = Decimal((row[column] or "").replace(",", ""))
            except InvalidOperation:
                number = Decimal("NaN")
            if not number.is_finite():
                raise SourceError(Problem(place, f"line {rows.line_num}: '{column}' holds no number."),
                                  state="No report was made.")
            yield number


def _text(value: Fraction) -> str:
    """Exact where the division ends, as it does for amounts and counts."""
    number = Decimal(value.numerator) / Decimal(value.denominator)
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
