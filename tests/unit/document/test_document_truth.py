"""Sentences of data that fall, stand still, lack amounts or records: none may say what is not so."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from reportgen.document.model import Actions, Block, Document, Figure, Issues, Paragraph, Span, Table, Tiles
from reportgen.facts.fact import Fact, parse_fact_id
from reportgen.facts.table import FactSet

if TYPE_CHECKING:
    from document_case import Case

LOCALES = ("zh-CN", "en")
SECTIONS_OF_ASSETS = {"bands", "concentration", "assets"}


def shown(text: tuple[Span, ...]) -> str:
    return "".join(span.text for span in text)


def blocks(document: Document) -> list[Block]:
    return [block for one in document.sections for block in one.blocks]


def prose(document: Document) -> str:
    return "\n".join(shown(one.text) for one in blocks(document) if isinstance(one, Paragraph))


def exhibit(document: Document, name: str) -> Table | Figure:
    return next(one for one in blocks(document) if isinstance(one, (Table, Figure)) and one.anchor == name)


def notes(document: Document, name: str) -> str:
    return "\n".join(shown(note) for note in exhibit(document, name).notes)


def issues(document: Document, style: str) -> list[Any]:
    return [issue for one in blocks(document) if isinstance(one, Issues) and one.style == style for issue in one.issues]


def fact(facts: FactSet, metric: str, num: int, den: int = 1, *, cell: tuple[str, str] = ("", ""), n: int = 0,
         at: str = "period") -> Fact:
    """A fact of the whole bank as the engine would make it."""
    known = facts.metrics[metric]
    period = facts.since if at == "since" and not known.flow else facts.period
    return Fact("bank", metric, period, num, den, known.unit, n or den, *cell, "", facts.since if known.flow else "")


def changed(case: Case, more: Iterable[Fact], *gone: str) -> Case:
    """The case with facts put in the place of those with their ids; metrics of `gone` left out."""
    own = {one.id: one for one in more}
    kept = tuple(one for one in case.facts.facts if one.id not in own and one.metric not in gone)
    return dataclasses.replace(case, facts=dataclasses.replace(case.facts, facts=(*kept, *own.values())))


@pytest.fixture(scope="module")
def falling(taihu: Case) -> Case:
    """Thirty fewer customers and less money."""
    facts = taihu.facts
    opening, closing = (facts.find("aum_point", at=at) for at in ("since", "period"))
    assert opening
    assert closing
    lost = opening.num - closing.num
    return changed(taihu, [
        fact(facts, "customers_total", 42, n=42), fact(facts, "customers_net_new", -30, n=42),
        fact(facts, "customers_growth", -30, 72), fact(facts, "aum_net_new", lost, n=42),
        fact(facts, "aum_growth", lost, opening.num), fact(facts, "aum_per_customer_growth", -1, 10),
        fact(facts, "growth_decomp", lost, cell=("part", "volume")),
        fact(facts, "growth_decomp", 1, cell=("part", "value")), fact(facts, "growth_decomp", -1, cell=("part", "joint")),
    ])


@pytest.mark.parametrize("locale", LOCALES)
def test_a_fall_is_told_as_a_fall(falling: Case, locale: Any) -> None:
    document = falling.document(locale)
    told = prose(document) + shown(exhibit(document, "t_size").title) + shown(exhibit(document, "b_customers").title)
    grown = {"zh-CN": r"净增−|增长−|量价分解|净增\d", "en": r"account for|grew|[Gg]rowth of|up by"}[locale]
    about = "\n".join(line for line in told.split("\n") if "毛新增分" not in line and "New is said" not in line)
    assert not re.search(grown, about)
    fell = {"zh-CN": "客户净减30户", "en": "30 customers and CNY"}[locale]
    assert fell in told


def test_growth_by_number_alone_never_prints_a_negative_part_as_more(taihu: Case) -> None:
    facts = taihu.facts
    mixed = changed(taihu, [
        fact(facts, "growth_decomp", 120_000_000_000, cell=("part", "volume")),
        fact(facts, "growth_decomp", -20_000_000_000, cell=("part", "value")),
        fact(facts, "growth_decomp", -7_300_000_000, cell=("part", "joint")),
    ])
    sentence = next(line for line in prose(mixed.document("en")).split("\n") if "before rounding" in line)
    assert "assets per customer for −CNY 200.00 million" in sentence
    assert "more" not in sentence


@pytest.mark.parametrize("locale", LOCALES)
def test_missing_amounts_are_told_and_the_retained_not_compared(taihu: Case, locale: Any) -> None:
    facts = taihu.facts
    case = changed(taihu, [
        fact(facts, "aum_missing", 5, n=150), fact(facts, "aum_missing", 1, n=72, at="since"),
        fact(facts, "aum_bridge", -4_000_000_000, cell=("step", "unknown")),
    ])
    document = case.document(locale)
    told = prose(document)
    assert {"zh-CN": "计入户数，不计入资产合计与户均", "en": "they count in customers, not in assets nor in averages"}[locale] in told
    assert not re.search({"zh-CN": "合计相同|资产由期初.*(增加|减少)到", "en": "the sum is the same|retained (rose|fell)"}[locale], told)
    assert {"zh-CN": "不可比", "en": "cannot be compared"}[locale] in notes(document, "t_flow")
    bridge = exhibit(document, "b_aum")
    assert isinstance(bridge, Figure)
    assert {"zh-CN": "金额缺失", "en": "Amount missing"}[locale] in [mark.label for mark in bridge.data.series[0].marks]


@pytest.mark.parametrize("locale", LOCALES)
def test_where_nobody_has_an_amount_nothing_is_said_of_assets(taihu: Case, locale: Any) -> None:
    facts = taihu.facts
    case = changed(taihu, [fact(facts, "aum_missing", 150, n=150), fact(facts, "aum_missing", 72, n=72, at="since")])
    document = case.document(locale)
    assert not SECTIONS_OF_ASSETS & {one.id for one in document.sections}
    tiles = next(one for one in blocks(document) if isinstance(one, Tiles)).tiles
    assert len(tiles) == 2
    told = "\n".join((prose(document), *(shown(one.text) for one in issues(document, "full"))))
    amounts = {"zh-CN": r"\d(亿|万)?元", "en": r"CNY \d"}[locale]
    floor = {"zh-CN": "500万元", "en": "CNY 5 million"}[locale]
    assert not re.search(amounts, told.replace(floor, ""))
    assert all(issue.text for issue in issues(document, "full"))
    printed = [parse_fact_id(one) for one in document.cited]
    assert not [one["metric"] for one in printed if one and one["metric"].startswith(("aum_", "top", "gini"))
                and one["metric"] != "aum_missing"]


@pytest.mark.parametrize("locale", LOCALES)
def test_a_loss_whose_kind_is_not_known_is_told(taihu: Case, locale: Any) -> None:
    case = changed(taihu, [fact(taihu.facts, "customers_lost", 2, cell=("loss", "unclear"), n=33)])
    document = case.document(locale)
    assert {"zh-CN": "另有2户去向不明", "en": "For 2 customers the data do not say which"}[locale] in prose(document)
    table = exhibit(document, "t_flow")
    assert isinstance(table, Table)
    words = {"zh-CN": "其中：去向不明", "en": "of which: not known from the data"}[locale]
    assert words in [shown(row.cells[0]) for row in table.rows]


def test_nobody_of_the_lost_is_said_to_have_taken_or_left(chinese: Document, english: Document) -> None:
    zh = "\n".join([prose(chinese), *(shown(one.text) for one in issues(chinese, "full"))])
    assert "带走" not in zh
    en = "\n".join([prose(english), *(shown(part) for one in issues(english, "full") for part in (one.title, one.text))])
    assert not re.search(r"\btook\b", en)
    # Left is only said of those who left the bank.
    assert set(re.findall(r"(\d+) (?:customers )?left", en)) == {"12"}


@pytest.mark.parametrize("locale", LOCALES)
def test_the_population_is_a_tier_and_the_floor_only_its_floor(taihu: Case, locale: Any) -> None:
    facts = taihu.facts
    case = changed(taihu, [fact(facts, "customers_below_floor", 3, n=150)])
    told = prose(case.document(locale))
    assert {"zh-CN": "有3户的资产低于起点", "en": "3 customers stand below the floor"}[locale] in told
    assert not re.search("不低于500万元|at least CNY 5", told)


@pytest.mark.parametrize("locale", LOCALES)
def test_contact_says_who_has_no_record_and_what_the_median_counts(taihu: Case, locale: Any) -> None:
    facts = taihu.facts
    case = changed(taihu, [
        fact(facts, "contact_unrecorded", 3, n=150), fact(facts, "days_since_contact", 73, 2, n=147),
        fact(facts, "contact_rate", 149, 150),
    ])
    document = case.document(locale)
    told = prose(document)
    for words in {"zh-CN": ("其中3户没有记录", "有记录的147户", "期初以来的5个月内"),
                  "en": ("3 of them without a record", "For the 147 customers", "In the 5 months since the opening")}[locale]:
        assert words in told
    assert {"zh-CN": "没有联系记录", "en": "without a contact on record"}[locale] in notes(document, "t_contact")


def test_one_customer_takes_the_singular(taihu: Case) -> None:
    facts = taihu.facts
    case = changed(taihu, [
        fact(facts, "customers_lost", 1, n=72), fact(facts, "contact_overdue", 1, n=150),
        fact(facts, "wealth_qualified", 1, n=1), fact(facts, "customers_below_floor", 1, n=150),
        fact(facts, "customers_total", 1, n=1),
    ])
    document = case.document("en")
    tile = next(one for one in blocks(document) if isinstance(one, Tiles)).tiles[0]
    assert (shown(tile.value), tile.unit) == ("1", "customer")
    told = "\n".join([prose(document), *(shown(one.text) for one in issues(document, "full"))])
    assert "1 was lost" in told
    assert "1 has not been contacted" in told
    assert "1 reaches the floor" in told
    assert not re.search(r"\b1 (?:customer )?(?:were|are|have|reach|stand|fall)\b", told)


def test_printed_steps_that_do_not_add_up_are_noted(taihu: Case) -> None:
    """5.85 − 2.60 + 0.00 + 11.87 makes 15.12, where 15.128 is printed as 15.13."""
    steps = {"opening": 58_540_000_000, "lost": -26_000_000_000, "existing": 0, "new": 118_740_000_000}
    steps["closing"] = sum(steps.values())
    off = changed(taihu, [fact(taihu.facts, "aum_bridge", num, cell=("step", name)) for name, num in steps.items()])
    assert "四舍五入" not in notes(taihu.document("zh-CN"), "b_aum")
    assert "图中各步之和为15.12亿元，期末为15.13亿元" in notes(off.document("zh-CN"), "b_aum")
    # In millions with two decimals the same steps foot.
    assert "add up" not in notes(off.document("en"), "b_aum")


@pytest.mark.parametrize("locale", LOCALES)
def test_concentration_names_its_own_base(bank_marketing: Case, locale: Any) -> None:
    base = bank_marketing.facts.find("top20_share")
    assert base
    document = bank_marketing.document(locale)
    headline = next(one for one in blocks(document) if isinstance(one, Paragraph) and one.role == "headline")
    for told in (shown(headline.text), notes(document, "f_lorenz"), notes(document, "t_concentration")):
        assert f"{base.n:,}" in told
    out = {"zh-CN": "余额不为负|负余额", "en": "overdraft"}[locale]
    sentences = re.split(r"。|\. |\n", prose(document))
    share = f"{float(100 * base.value):.1f}%"
    about = [one for one in sentences if share in one]
    assert about
    assert all(re.search(out, one) for one in about)


@pytest.mark.parametrize("locale", LOCALES)
def test_the_issues_say_how_many_hold_and_how_many_are_listed(bank_marketing: Case, locale: Any) -> None:
    held = sum(one.held for one in bank_marketing.findings.outcomes)
    listed = len(bank_marketing.findings.findings)
    assert held > listed
    document = bank_marketing.document(locale)
    lead = next(shown(one.text) for part in document.sections if part.id == "issues" for one in part.blocks
                if isinstance(one, Paragraph))
    notes = sum(one.severity == "info" for one in bank_marketing.findings.findings)
    assert 0 < notes < listed
    assert re.findall(r"\d+", re.sub(r"(附表|Table A)\d+", "", lead)) == [str(listed - notes), str(notes), str(held), str(listed)]
    table = exhibit(document, "a_rules")
    assert isinstance(table, Table)
    rows = {shown(row.cells[0]): [shown(cell) for cell in row.cells[2:4]] for row in table.rows}
    for outcome in bank_marketing.findings.outcomes:
        if outcome.state == "fired":
            own = [one for one in bank_marketing.findings.findings if one.rule == outcome.rule]
            assert rows[outcome.rule] == [str(outcome.held), str(len(own))]


def test_the_summary_takes_each_rule_in_turn(bank_marketing: Case) -> None:
    brief = issues(bank_marketing.document("zh-CN"), "brief")
    rules = [one.rule for one in brief]
    different = len({one.rule for one in bank_marketing.findings.findings})
    assert len(set(rules)) == min(different, len(rules))
    assert [one.number for one in brief] == [str(rank) for rank in range(1, len(brief) + 1)]
    there = [one.exhibits[0] for one in brief]
    numbers = [int(one.text.removeprefix("问题")) for one in there]
    assert numbers == sorted(numbers)
    assert [one.href for one in there] == [f"issue-{number}" for number in numbers]
    by_number = {one.number: one.rule for one in bank_marketing.findings.findings}
    assert [by_number[number] for number in numbers] == rules


@pytest.mark.parametrize("job", ["taihu", "bank_marketing"])
def test_an_issue_leads_to_an_exhibit_that_prints_its_own_figures(
    job: str, request: pytest.FixtureRequest, load: Any
) -> None:
    case: Case = request.getfixturevalue(job)
    document = case.document("en")
    made = {one.anchor: one for one in blocks(document) if isinstance(one, (Table, Figure))}
    own = {one.number: one for one in case.findings.findings}
    walk = load("document_case").walk
    for issue in issues(document, "full"):
        finding = own[int(issue.number)]
        first = next(span.href for span in issue.exhibits if span.href)
        printed = {one.fact for one in walk(made[first]) if getattr(one, "fact", "")}
        wanted = {one for one in finding.evidence if not finding.dimension or f"{finding.dimension}={finding.segment}" in one}
        assert printed & ({finding.fact} | wanted), (issue.number, first)


def test_the_loss_leads_to_the_table_with_its_assets(chinese: Document) -> None:
    first = issues(chinese, "full")[0]
    assert first.rule == "r_churn_high"
    assert "t_flow" in [span.href for span in first.exhibits]


def test_products_stand_by_segment_without_the_report_naming_one(bank_marketing: Case) -> None:
    table = exhibit(bank_marketing.document("en"), "t_held_age")
    assert isinstance(table, Table)
    products = [one.label["en"] for one in bank_marketing.facts.dimensions["product_type"].segments]
    assert [column.label.removesuffix(" (%)") for column in table.columns[2:]] == products
    report = Path(__file__).parents[3] / "templates" / "characteristics" / "report.yaml"
    assert not any(one.id in report.read_text() for one in bank_marketing.facts.dimensions["product_type"].segments)


def test_a_pick_that_passes_over_the_unknown_says_so(bank_marketing: Case) -> None:
    told = prose(bank_marketing.document("en"))
    sentence = next(line for line in told.split("\n") if "By contact channel" in line)
    assert "“Landline” (among those known)" in sentence
    assert "“Mobile” at" in sentence


def test_no_cell_of_few_customers_is_named_or_framed(taihu: Case, chinese: Document) -> None:
    small = {row.segment for row in taihu.facts.segments("customers_total", "occupation", at="since") if row.num < 30}
    figure = exhibit(chinese, "h_occupation")
    assert isinstance(figure, Figure)
    framed = {one.name for one in figure.data.series if any(mark.emphasis for mark in one.marks)}
    assert not framed & small
    assert "明显偏多" not in prose(chinese)


def test_a_test_is_only_announced_where_it_follows(taihu: Case) -> None:
    untested = dataclasses.replace(taihu, findings=dataclasses.replace(taihu.findings, associations=()))
    assert "下面用检验回答" in prose(taihu.document("zh-CN"))
    assert "下面用检验回答" not in prose(untested.document("zh-CN"))


def test_no_heading_stands_above_a_note_alone(taihu: Case) -> None:
    bare = tuple(dataclasses.replace(one, suggestions=()) for one in taihu.findings.findings)
    document = dataclasses.replace(taihu, findings=dataclasses.replace(taihu.findings, findings=bare)).document("zh-CN")
    assert "key_actions" not in [one.id for one in document.sections]
    assert [one for one in blocks(document) if isinstance(one, Actions)]


def test_an_issue_whose_sentence_cannot_be_said_shows_its_evidence(taihu: Case) -> None:
    case = changed(taihu, [], "wealth_qualified_amount")
    issue = next(one for one in issues(case.document("zh-CN"), "full") if one.rule == "r_product_dependent")
    assert shown(issue.evidence) in shown(issue.text)


def test_a_dash_is_explained_by_the_dates_there_are(chinese: Document, bank_marketing: Case) -> None:
    assert "期初" in notes(chinese, "t_size")
    dashes = [shown(note) for one in blocks(bank_marketing.document("zh-CN")) if isinstance(one, Table)
              for note in one.notes if "“—”" in shown(note)]
    assert dashes
    assert not [one for one in dashes if "期初" in one]
