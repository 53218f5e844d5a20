"""The appendix: definitions, sources, quality, what was left out, rules and tests, settings and rounding."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from fractions import Fraction

from reportgen.document.blocks.caption import keep
from reportgen.document.dates import period_words
from reportgen.document.draft import Draft
from reportgen.document.lacking import lacking, need_words
from reportgen.document.model import Block, Column, Paragraph, Row, Section, Span, Table
from reportgen.document.numbering import Numbering
from reportgen.document.paragraph import paragraph
from reportgen.facts.fact import parse_fact_id
from reportgen.findings.terms import Change
from reportgen.period import Period


def build_appendix(draft: Draft) -> list[Section]:
    """The appendix with those parts that have something to say. Must come after all other sections."""
    numbering = Numbering(draft.locale)
    numbering.appendix()
    parts: tuple[tuple[str, Callable[[Draft], list[Block]]], ...] = (
        ("appendix_definitions", _definitions),
        ("appendix_changes", _changes),
        ("appendix_sources", _sources),
        ("appendix_rules", _rules),
        ("appendix_omissions", _omissions),
        ("appendix_settings", _settings),
    )
    heading = draft.texts.heading("appendix")
    made = [Section("appendix", "s-appendix", "", draft.known(heading.title), (), 1, "", True)]
    for name, build in parts:
        blocks = build(draft)
        if blocks:
            title = draft.known(draft.texts.heading(name).title)
            number = draft.known(numbering.second(appendix=True))
            made.append(Section(name, f"s-{name.replace('_', '-')}", number, title, tuple(blocks), 2))
    return made


def _told(draft: Draft, *entries: str) -> list[Block]:
    texts = (paragraph(draft, entry) for entry in entries)
    return [Paragraph(text) for text in texts if text]


def _table(
    draft: Draft, name: str, heads: Iterable[tuple[str, str, float]], rows: Iterable[Iterable[str]]
) -> list[Block]:
    """A table of words with the sentence `<name>.see` that leads to it; nothing where it would be empty."""
    body = tuple(Row(tuple((Span(draft.known(text)),) for text in row)) for row in rows)
    if not body:
        return []
    columns = tuple(
        Column(draft.word(key), "left" if align == "left" else "right", width) for key, align, width in heads
    )
    table = Table(name, draft.exhibits.number("table", appendix=True), (Span(draft.word(f"{name}.caption")),), "",
                  columns, body)
    return [*_told(draft, f"{name}.see"), keep(draft, table)]


def _definitions(draft: Draft) -> list[Block]:
    """Every metric of which a fact is printed, in the order of the page."""
    parsed = (parse_fact_id(one) for one in draft.cited)
    used = dict.fromkeys(parts["metric"] for parts in parsed if parts)
    rows = []
    for name in used:
        metric = draft.facts.metrics[name]
        unit = draft.printer.measure(draft.printer.unit_of(metric)).head or "—"
        rows.append((draft.head_label(name), unit, draft.metric_definition(name)))
    heads = (("metric", "left", 1.3), ("unit", "left", 0.8), ("definition", "left", 4.0))
    return [*_table(draft, "a_definitions", heads, rows), *_told(draft, "definitions.flow", "definitions.bands")]


def _changes(draft: Draft) -> list[Block]:
    """What changed since the edition before, in one line where nothing did; a first edition has nothing to say."""
    findings = draft.findings
    if not findings.previous_edition:
        return []
    when = draft.known(period_words(Period.parse(findings.previous_edition), draft.locale))
    if not findings.changes:
        return [Paragraph((Span(draft.phrase("changes.none", period=when)),))]
    gap = "、" if draft.locale == "zh-CN" else ", "
    rows = [
        (draft.word(f"changes.{one.kind}"), _subject(draft, one), _term(draft, one, one.before),
         _term(draft, one, one.after), gap.join(draft.metric_label(name) for name in one.metrics)
         or draft.word("changes.all"))
        for one in findings.changes
    ]
    heads = (("changes.kind", "left", 0.8), ("changes.subject", "left", 1.5), ("changes.before", "left", 2.0),
             ("changes.after", "left", 2.0), ("changes.touches", "left", 1.6))
    told = Paragraph((Span(draft.phrase("changes.some", period=when)),))
    return [told, *_table(draft, "a_changes", heads, rows)]


def _subject(draft: Draft, one: Change) -> str:
    """A metric's, tier's, column's or dimension's words; a threshold by the rule's id and its parameter."""
    if one.kind == "definition":
        return draft.metric_label(one.subject)
    if one.kind == "tier":
        return draft.label("tier", one.subject)
    if one.kind == "dimension":
        return draft.dimension_label(one.subject)
    return draft.texts.words.get(f"column.{one.subject}", one.subject)


def _term(draft: Draft, one: Change, texts: Mapping[str, str]) -> str:
    """The text of a term; a threshold, kept as an exact fraction, in its own unit."""
    text = texts.get(draft.locale, "")
    rule, _, name = one.subject.partition(".")
    known = draft.rulebook.rules.get(rule) if one.kind == "threshold" else None
    if known is not None and name in known.params and text:
        return draft.printer.setting(Fraction(text), known.params[name].unit)
    if one.kind == "dimension":
        gap = "、" if draft.locale == "zh-CN" else ", "
        return gap.join(draft.label(one.subject, part) for part in text.split(", ")) if text else "—"
    return text or "—"


def _sources(draft: Draft) -> list[Block]:
    origins = draft.facts.origins
    rows = [
        (one.name, one.location.rpartition("/")[2], one.as_of or "—", f"{one.rows:,}", one.encoding or "—",
         one.sha256[:12])
        for one in origins
    ]
    heads = (
        ("source", "left", 1.0), ("file", "left", 2.2), ("as_of", "left", 1.2), ("rows", "right", 0.8),
        ("encoding", "left", 1.0), ("digest", "left", 1.4),
    )
    blocks = _table(draft, "a_sources", heads, rows)
    for author in dict.fromkeys(one.attribution.strip() for one in origins if one.attribution):
        blocks.append(Paragraph((Span(draft.phrase("attribution", text=author)),), "note"))
    return [*blocks, *_quality(draft)]


def _quality(draft: Draft) -> list[Block]:
    """Gates that counted rows; a sentence where none did."""
    results = draft.facts.quality
    counted = [one for one in results if one.count]
    blocks = _told(draft, "quality.counted" if counted else "quality.clean" if results else "quality.none")
    rows = [
        (draft.texts.words.get(f"gate.{one.gate}", one.gate), one.source, one.column or "—", f"{one.total:,}",
         f"{one.count:,}", draft.word(f"verdict.{one.verdict}"))
        for one in counted
    ]
    heads = (
        ("gate", "left", 2.0), ("source", "left", 1.2), ("column", "left", 1.2), ("rows", "right", 0.9),
        ("concerned", "right", 0.9), ("verdict", "left", 1.2),
    )
    return [*blocks, *_table(draft, "a_quality", heads, rows)]


def _rules(draft: Draft) -> list[Block]:
    """What became of each rule, and how many tests were corrected together."""
    states = {"fired": "rule.fired", "silent": "rule.silent", "not_judged": "rule.not_judged"}
    gap = "、" if draft.locale == "zh-CN" else ", "
    rows = []
    for outcome in draft.findings.outcomes:
        needs = gap.join(need_words(draft, need) for need in outcome.needs) if outcome.state == "not_judged" else "—"
        listed = sum(one.rule == outcome.rule for one in draft.findings.findings)
        counts = (f"{outcome.held:,}", f"{listed:,}") if outcome.state == "fired" else ("—", "—")
        rows.append((outcome.rule, draft.word(states[outcome.state]), *counts, needs or "—"))
    heads = (("rule", "left", 1.8), ("state", "left", 1.0), ("held", "right", 0.7), ("listed", "right", 0.7),
             ("missing", "left", 2.8))
    return [*_told(draft, "tests"), *_table(draft, "a_rules", heads, rows)]


def _omissions(draft: Draft) -> list[Block]:
    heads = (("missing", "left", 1.6), ("left_out", "left", 3.0))
    return [*_withheld(draft), *_table(draft, "a_omissions", heads, lacking(draft))]


def _withheld(draft: Draft) -> list[Block]:
    """How many figures are withheld, and by what rule; nothing where the job withholds none."""
    rule = draft.job.disclosure
    if rule is None:
        return []
    many = sum(draft.facts.place_of(one)["scope"] == draft.scope for one in draft.facts.suppressed)
    key = "withheld.some" if many else "withheld.none"
    return [Paragraph((Span(draft.phrase(key, count=f"{rule.min_count:,}", figures=f"{many:,}")),))]


def _settings(draft: Draft) -> list[Block]:
    blocks = _told(draft, f"rounding.{draft.job.rounding}", "intervals", f"concentration.{draft.job.concentration}")
    heads = (("setting", "left", 1.4), ("value", "left", 3.6))
    return [*blocks, *_table(draft, "a_defaults", heads, ((one.key, one.value) for one in draft.facts.defaults))]
