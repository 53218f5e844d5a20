"""Resolves the placeholders of a sentence against facts, a finding, chosen segments, dates and exhibits."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction

from reportgen.document.draft import Draft
from reportgen.document.finding_words import say
from reportgen.document.model import Span, Text
from reportgen.document.movement import Movement, movement
from reportgen.document.numbers import Measure, money
from reportgen.document.scopes import organisation, scope_name
from reportgen.document.sentence import AT, MOVES, Slot, Words, parse, slot
from reportgen.document.texts import Pick
from reportgen.facts.fact import Fact
from reportgen.findings.finding import Finding

UNKNOWN = ("missing", "unknown")
"""Segments of customers of whom nothing is known: never the subject of a sentence."""
NOTES = ("info", "opportunity")
"""Severities of findings that are no problems."""
PHRASES = ("finding.customers", "finding.among", "finding.object")
"""Placeholders in the words of a sentence's inside: at its beginning they take a capital."""
CONFIDENCE = "95%"
"""The level of every interval the program prints."""
VERDICT_N = 30
"""Below this many customers a figure is printed and nothing is concluded from it."""


@dataclass(frozen=True)
class Scene:
    """What a sentence is about: the document, perhaps a finding, perhaps chosen segments."""

    draft: Draft
    finding: Finding | None = None
    picks: Mapping[str, Fact] = field(default_factory=dict)
    passed: frozenset[str] = frozenset()
    """Picks that a segment nothing is known of would have won."""
    cell: tuple[str, str] = ("", "")
    """Dimension and segment that `[*]` means where no finding says it."""

    def render(self, text: str, place: str = "") -> Text | None:
        """The sentence as spans; None where one of its placeholders has nothing behind it."""
        spans: list[Span] = []
        for piece in parse(text, place):
            if isinstance(piece, Words):
                spans.append(Span(piece.text, strong=piece.strong))
                continue
            printed = self.resolve(piece)
            if printed is None:
                return None
            if not spans and piece.name in PHRASES:
                printed = replace(printed, text=printed.text[:1].upper() + printed.text[1:])
            spans.append(replace(printed, strong=True) if piece.strong else printed)
        return tuple(spans)

    def choose(self, picks: Mapping[str, Pick]) -> Scene | None:
        """The scene with segments chosen; None where one finds no segment."""
        chosen, passed = dict(self.picks), set(self.passed)
        for name, pick in picks.items():
            fact = pick_fact(self.draft, pick)
            if fact is None:
                return None
            chosen[name] = fact
            if passed_over(self.draft, pick, fact):
                passed.add(name)
        return replace(self, picks=chosen, passed=frozenset(passed))

    def resolve(self, one: Slot) -> Span | None:
        if one.forms:
            number = self._number(one)
            return None if number is None else Span(one.forms[number != 1])
        if one.name.startswith("#"):
            return self.draft.exhibits.link(one.name[1:])
        head = one.path[0]
        if head == "finding" and self.finding is not None:
            return say(self.draft, self.finding, one)
        if head == "let":
            return self._pick(one)
        if one.name in SETTINGS or head == "date":
            text = self._setting(one.name)
            return self.draft.plain(text) if text else None
        return self._of_fact(one)

    def _of_fact(self, one: Slot) -> Span | None:
        if one.style in MOVES:
            moved = self._moved(one)
            return move_span(self.draft, moved, signed=one.style == "change") if moved else None
        fact = self.fact(one)
        return self._fact(fact, one.style) if fact is not None else None

    def _number(self, one: Slot) -> Fraction | None:
        """The number that decides between the words for one and for many."""
        head, name = one.path[0], one.path[-1]
        if head == "finding" and self.finding is not None:
            counts = {"n": Fraction(self.finding.n), "value": self.finding.value, **self.finding.derived}
            return counts.get(name)
        if one.name in SETTINGS:
            text = self._setting(one.name) or ""
            return Fraction(text) if text.isdecimal() else None
        fact = self.picks.get(one.path[1]) if head == "let" else self.fact(one)
        return fact.value if fact is not None else None

    def fact(self, one: Slot) -> Fact | None:
        """The fact a placeholder names."""
        cells = [(dimension, self._segment(segment)) for dimension, segment in one.cells]
        if one.cell == "*":
            own = (self.finding.dimension, self.finding.segment) if self.finding else self.cell
            if not own[0]:
                return None
            cells = [own]
        dimension, segment = cells[0] if cells else ("", "")
        against = "|".join(f"{name}={value}" for name, value in cells[1:])
        return self.draft.find(one.name, at=one.at, dimension=dimension, segment=segment, against=against)

    def selected(self, text: str) -> Fraction | None:
        """The value a condition names, by a placeholder without braces; what it moved for `!change`."""
        one = slot(text)
        if one.style in MOVES:
            moved = self._moved(one)
            return moved.value if moved else None
        fact = self.fact(one)
        return fact.value if fact is not None else None

    def _moved(self, one: Slot) -> Movement | None:
        """From the date a placeholder names to this period."""
        return movement(self.fact(replace(one, at="period")), self.fact(one))

    def _segment(self, text: str) -> str:
        if text.startswith("$"):
            fact = self.picks.get(text[1:])
            return fact.segment if fact else ""
        return text

    def _fact(self, fact: Fact, style: str) -> Span | None:
        draft = self.draft
        if style == "interval":
            text = draft.interval(fact)
            return Span(text, fact=draft.cite(fact)) if text else None
        if style == "n":
            return Span(draft.printer.quantity(Fraction(fact.n), "customers"), fact=draft.cite(fact))
        if style == "base":
            return Span(f"{fact.n:,}", fact=draft.cite(fact))
        if style == "label":
            return draft.plain(draft.label(fact.dimension, fact.segment))
        if style == "arrow":
            tone = "good" if fact.num > 0 else "bad" if fact.num < 0 else "muted"
            return Span({"good": "▲", "bad": "▼"}.get(tone, "＝"), tone=tone)  # type: ignore[arg-type]
        return draft.value(fact, style)

    def _pick(self, one: Slot) -> Span | None:
        """`let.NAME.segment`, `.known`, `.value`, `.share`, `.n`, `.interval`, `.q`.

        `.known` says that only known segments were compared, and nothing where that makes no difference.
        """
        _, name, *rest = (*one.path, "", "")
        fact = self.picks.get(name)
        if fact is None:
            return None
        draft, what = self.draft, rest[0] or "segment"
        told = {"segment": draft.label(fact.dimension, fact.segment),
                "known": draft.word("among_known") if name in self.passed else ""}
        if what in told:
            return draft.plain(told[what])
        if what == "share":
            share = draft.share_of(fact)
            return self._fact(share, one.style) if share else None
        if what == "q":
            q = draft.facts.statistic(fact).q
            return draft.plain(draft.printer.probability_words(q)) if q is not None else None
        if what in ("value", "n", "interval"):
            return self._fact(fact, one.style if what == "value" else what)
        return None

    def _setting(self, name: str) -> str | None:
        draft = self.draft
        head, _, at = name.partition(".")
        if head == "date" and at in AT:
            return draft.day_words(at)
        months, issues = draft.months(), len(draft.findings.findings)
        notes = sum(one.severity in NOTES for one in draft.findings.findings)
        held = sum(one.held for one in draft.findings.outcomes)
        settings = {
            "period": draft.period_words(),
            "period_previous": draft.label_words("previous"),
            "period_year_ago": draft.label_words("year_ago"),
            "unit": scope_name(draft, draft.scope),
            "months": str(months) if months else None,
            "organisation": organisation(draft),
            "floor": floor_words(draft),
            "tier": tier_words(draft),
            "confidence": CONFIDENCE,
            "tests": str(draft.findings.tests) if draft.findings.tests else None,
            "issues": str(issues) if issues else None,
            "issues_problem": str(issues - notes) if issues > notes else None,
            "issues_note": str(notes) if notes else None,
            "held": f"{held:,}" if held > issues else None,
            "currency": draft.facts.currency,
        }
        return settings.get(name)


def move_span(draft: Draft, moved: Movement, *, signed: bool = True) -> Span:
    """A movement as text: +3.1%, −0.4个百分点. It is derived from two facts and none itself."""
    text = move_measure(draft, moved).text(moved.value, draft.printer.rounding, "both" if signed else "none")
    return draft.plain(text)


def move_measure(draft: Draft, moved: Movement) -> Measure:
    """One decimal of per cent or points, a second where one would show zero; other units as everywhere."""
    if moved.unit not in ("share", "points"):
        return draft.printer.fitting(moved.value, moved.unit)
    chosen = replace(draft.printer.measure(moved.unit), decimals=1)
    vanishes = moved.value and not chosen.decimal(moved.value, draft.printer.rounding)
    return replace(chosen, decimals=2) if vanishes else chosen


SETTINGS = frozenset({
    "period", "period_previous", "period_year_ago", "unit", "months", "organisation", "floor", "tier", "confidence",
    "tests", "issues", "issues_problem", "issues_note", "held", "currency",
})
"""Placeholders that are no facts. `unit`: the branch, region or 全行 the report is about; `issues`: findings listed,
of which `issues_note` are differences worth noting and `issues_problem` all others; `held`: how often rules held,
where that is more."""


def tier_words(draft: Draft) -> str | None:
    """The tier the report is about in the words of the language; None where there is none or it has no words."""
    tier = draft.job.population.get("tier")
    if not isinstance(tier, str):
        return None
    labels = (draft.label(name, tier) for name in ("tier_from", "tier_to", "tier"))
    return next((label for label in labels if label != tier), None)


def floor_words(draft: Draft) -> str | None:
    """The floor of the tier the report is about, as the page writes it (500万元); None where there is none."""
    tier, day = draft.job.population.get("tier"), draft.day("period")
    floor = draft.job.floor_of(tier, day) if isinstance(tier, str) and day else None
    if floor is None:
        return None
    exact = money(draft.locale, draft.facts.currency, "customer", Fraction(floor))
    return exact.text(Fraction(floor))


def pick_fact(draft: Draft, pick: Pick) -> Fact | None:
    """The largest or smallest fact of a metric across a dimension, the first of equals.

    Segments nobody stands in, or whose value is not known, are left out.
    """
    return _extreme(pick, [fact for fact in _candidates(draft, pick) if fact.segment not in UNKNOWN])


def passed_over(draft: Draft, pick: Pick, fact: Fact) -> bool:
    """Whether a segment of which nothing is known lies beyond the fact picked."""
    winner = _extreme(pick, _candidates(draft, pick))
    return winner is not None and winner.value != fact.value


def _candidates(draft: Draft, pick: Pick) -> list[Fact]:
    facts = [fact for fact in draft.segments(pick.metric, pick.by, at=pick.at, against=pick.against) if fact.n]
    if pick.significant:
        facts = [fact for fact in facts if fact.n >= VERDICT_N and (draft.facts.statistic(fact).q or 1) < 0.05]
    if pick.side != "any":
        facts = [fact for fact in facts if fact.value != 100 and (fact.value > 100) == (pick.side == "over")]
    return facts


def _extreme(pick: Pick, facts: list[Fact]) -> Fact | None:
    return (max if pick.largest else min)(facts, key=lambda fact: fact.value) if facts else None
