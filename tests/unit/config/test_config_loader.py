"""Jobs read from YAML: every problem at its line and column, in one voice, all at once."""

from __future__ import annotations

import datetime as dt
import hashlib
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any, Literal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import Field, RootModel

from reportgen.config import load_job
from reportgen.config.loader import read
from reportgen.config.model import Id, Model
from reportgen.errors import ExitCode, JobError, Problem, TemplateError


def _problems(workspace: Any, *edits: tuple[str, str]) -> list[tuple[str, str]]:
    path = workspace.write(*edits)
    with pytest.raises(JobError) as caught:
        load_job(path)
    assert caught.value.code == ExitCode.JOB
    assert caught.value.state == "Nothing was run."
    found = [(problem.place.removeprefix(f"{path}:"), problem.message) for problem in caught.value.problems]
    assert not any("pydantic" in message or "Input should" in message or "!" in message for _, message in found)
    return found


def test_the_job_of_a_file(workspace: Any) -> None:
    path = workspace.write()
    job = load_job(path)
    assert job.path == str(path)
    assert job.digest == hashlib.sha256(path.read_bytes()).hexdigest()
    assert job.frames["snapshots"].from_ == ("list",)
    assert job.frames["snapshots"].columns["age"].column == "年龄"
    assert job.dimensions["age_band"].edges == (Decimal(30), Decimal(40))  # type: ignore[union-attr]
    assert job.tiers[0].valid_from == dt.date(2010, 1, 1)
    assert job.rules == {"r_contact_gap": {"days": 30}}


@pytest.mark.parametrize(
    ("old", "new", "at", "message"),
    [
        ("report: tiny\n", "report: tiny\nrecipents: x\n", "recipents", "unknown key 'recipents'"),
        ("population:", "populaton:", "populaton",
         "unknown key 'populaton'. Did you mean 'population'?"),
        ("currency: CNY", "currency: CNYY", "CNYY", "currency: expected one of CNY, EUR"),
        ("currency: CNY", "currency: CNYY", "CNYY", "got 'CNYY'. Did you mean 'CNY'?"),
        ("currency: CNY\n", "", "job", "the key 'currency' is missing. Expected one of CNY"),
        ("type: csv", "type: cvs", "cvs", "sources.list: there is no type 'cvs'. Did you mean 'csv'? Known: csv, "),
        ("type: csv, ", "", "{path", "sources.list: the key 'type' is missing. Expected one of csv, parquet, demo."),
        ("path: data/list.csv", "path: x, as_of: sinse", "sinse",
         "expected one of since, period_end or a date like 2011-05-31, got 'sinse'. Did you mean 'since'?"),
        ("unit: 元", "unit: 万", "万}", "columns.aum.unit: expected one of 元, 万元"),
        ("{column: 资产, unit: 元}", "{unit: 元}", "{unit", "give exactly one of column, constant and row_number"),
        ("    from: list\n", "", "snapshots:", "frames.snapshots: the key 'from' is missing."),
        ("  snapshots:", "  snapshot:", "snapshot:", "got 'snapshot'. Did you mean 'snapshots'?"),
        ("edges: [30, 40]", "edges: [40, 30]", "30]}", "edges must rise, without a repeat: 30 stands after 40."),
        ("edges: [30, 40]", "edges: [5万元]", "5万元]", "expected a number, got '5万元'. Numbers only; the unit goes to `unit:"),
        ("unit: 元", "unit: 萬元", "萬元}", "got '萬元'. Did you mean '万元'?"),
        ("unit: 元", "unit: 千元", "千元}", "minor, got '千元'."),
        ("floor: 500万元", "floor: 500萬元", "500萬", "minor; write 万元."),
        ("currency: CNY", "currency: RMB", "RMB", "got 'RMB'. Did you mean 'CNY'?"),
        ("currency: CNY", "currency: CNY\nlocales: [zh_TW]", "zh_TW", "Did you mean 'zh-CN'?"),
        ("{every: month", "{every：month", "：month", "unknown key 'every：month'. A full-width '：' stands in it; write 'every: m"),
        ("rules: {", "gates: {unparsable: {block_above: 5%}}\nrules: {", "5%", "got '5%'. Write 0.05."),
        ("edges: [30, 40]", "edges: [30, x]", "x]", "dimensions.age_band.edges[1]: expected a number, got 'x'."),
        ("edges: [30, 40]", "edges: []", "[]", "expected 1 or more entries, got an empty list."),
        ("of: aum_band", "of: 3x", "3x", "expected a name of lower-case letters"),
        ("floor: 500万元", "floor: 500", "500, valid", "tiers[0].floor: '500' needs one of the units"),
        ("job: small", "job: con", "con", "'con' is a device's name on Windows"),
        ("job: small", "job: ../x", "../x", "expected a name of lower-case letters"),
        ("job: small", "job:", "\nreport", "job: expected a text, got nothing."),
        ("days: 30", "days: [30]", "[30]}", "rules.r_contact_gap.days: expected true or false, a number or a text"),
        ('"2010-01-01"', "sometime", "sometime", "expected a date like 2011-05-31, got 'sometime'."),
        ("combine: [age_band, occupation]", "combine: age_band", "age_band}", "expected a list, got 'age_band'."),
    ],
)
def test_each_problem_at_its_place(workspace: Any, old: str, new: str, at: str, message: str) -> None:
    found = _problems(workspace, (old, new))
    text = workspace.job_path.read_text(encoding="utf-8")
    before = text[: text.index(at)]
    place = f"{before.count(chr(10)) + 1}:{len(before) - before.rfind(chr(10))}"
    assert [said for there, said in found if there == place and message in said], (place, found)


def test_a_single_slip_is_a_single_problem(workspace: Any) -> None:
    assert len(_problems(workspace, ("currency: CNY", "currency: X"))) == 1
    assert len(_problems(workspace, ("path: data/list.csv", "path: x, as_of: sinse"))) == 1
    assert len(_problems(workspace, ("unit: 元", "unit: 万"))) == 1


def test_all_problems_come_at_once_in_the_files_order(workspace: Any) -> None:
    found = _problems(
        workspace, ("currency: CNY", "currency: X"), ("type: csv", "type: cvs"), ("edges: [30, 40]", "edges: [2, 1]"),
        ("population:", "populaton:"),
    )
    lines = [int(place.split(":")[0]) for place, _ in found]
    assert lines == sorted(lines) == [3, 6, 17, 20]


@pytest.mark.parametrize("code", ["007", "7", "1e3", "0x1F", "3.10", "12:30", "no", "true", "2011-05-31", "+1", "1_0"])
def test_codes_are_taken_as_they_were_written(workspace: Any, code: str) -> None:
    job = load_job(workspace.write(
        ("population: {tier: private}", f"population: {{tier: [{code}, x]}}"),
        ("      occupation: 职业", f"      occupation: {{column: {code}, values: {{{code}: {code}}}}}"),
        ("from: list", "from: [list]"),
    ))
    assert job.population["tier"] == (code, "x")
    assert job.frames["snapshots"].columns["occupation"].column == code
    assert job.frames["snapshots"].columns["occupation"].values == {code: code}


def test_a_number_as_the_short_form_of_a_column(workspace: Any) -> None:
    job = load_job(workspace.write(("age: 年龄", "age: 007"), ("occupation: 职业", "occupation: 12")))
    columns = job.frames["snapshots"].columns
    assert (columns["age"].column, columns["occupation"].column) == ("007", "12")


def test_numbers_stay_numbers_where_a_model_wants_them(workspace: Any) -> None:
    job = load_job(workspace.write(("days: 30", "days: 30, min_share: 0.20, name: '30'")))
    assert job.rules["r_contact_gap"] == {"days": 30, "min_share": Decimal("0.20"), "name": "30"}
    assert type(job.rules["r_contact_gap"]["days"]) is int


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(code=st.from_regex(r"[0-9][0-9.eExX_+:-]{0,10}", fullmatch=True))
def test_no_code_is_ever_mangled(tmp_path: Path, code: str) -> None:
    path = tmp_path / "codes.yaml"
    path.write_text(f"a: [{code}]\n", encoding="utf-8")
    if code.endswith(":"):
        path.write_text(f"a: ['{code}']\n", encoding="utf-8")  # a trailing colon would make it a key
    assert read(path, dict[str, tuple[str, ...]]) == {"a": (code,)}


@pytest.mark.parametrize(
    ("name", "message"),
    [("smal.yaml", "there is no such file. Did you mean 'small.yaml'?"), (".", "this is a folder"),
     ("none/x.yaml", "cannot be read either")],
)
def test_files_that_cannot_be_read(workspace: Any, name: str, message: str) -> None:
    workspace.write()
    with pytest.raises(JobError, match="Nothing was run") as caught:
        load_job(workspace.job_path.parent / name)
    assert message in str(caught.value)


def test_an_empty_file_is_the_first_character(workspace: Any) -> None:
    path = workspace.write(text="")
    with pytest.raises(JobError) as caught:
        load_job(path)
    assert str(caught.value).startswith(f"{path}:1:1: the file is empty.")


def test_a_list_where_a_job_is_expected(workspace: Any) -> None:
    path = workspace.write(text="- a\n")
    with pytest.raises(JobError) as caught:
        load_job(path)
    assert str(caught.value).startswith(f"{path}:1:1: expected a mapping, got a list of 1.")


def test_a_message_is_one_line_whatever_it_quotes(workspace: Any) -> None:
    [(place, message)] = _problems(workspace, ("currency: CNY", 'currency: "X\\nforged:1:1: all is well"'))
    assert place == "3:11"
    path = workspace.job_path
    with pytest.raises(JobError) as caught:
        load_job(path)
    assert len(str(caught.value.problems[0]).splitlines()) == 1
    assert message.count("forged") == 1


class _Circle(Model):
    circle: Id
    size: int = 1


class _Square(Model):
    square: Id
    sides: Annotated[tuple[int, ...], Field(min_length=2)]


class _Kinds(Model):
    kind: Literal["a", "b"]
    shape: _Circle | _Square | None = None
    more: dict[str, list[_Circle]] = Field(default_factory=dict)


class _Book(RootModel[dict[Id, _Kinds]]):
    """By id."""


def test_any_model_can_be_read(tmp_path: Path) -> None:
    path = tmp_path / "book.yaml"
    path.write_text("one: {kind: a, shape: {circle: c}}\n", encoding="utf-8")
    assert read(path, _Book).root["one"].shape == _Circle(circle="c")
    assert read(path, dict[Id, _Kinds])["one"].kind == "a"


@pytest.mark.parametrize("model", [_Book, dict[Id, _Kinds]])
def test_places_hold_for_any_model(tmp_path: Path, model: Any) -> None:
    path = tmp_path / "book.yaml"
    path.write_text(
        "one:\n  kind: c\n  shape: {square: s, sides: [1]}\n"
        "two:\n  kind: a\n  more: {x: [{circle: ok}, {circle: NO}]}\n"
        "Three: {kind: a}\n",
        encoding="utf-8",
    )
    with pytest.raises(TemplateError) as caught:
        read(path, model, error=TemplateError, state="Nothing was printed.")
    text = str(caught.value)
    assert f"{path}:2:9: one.kind: expected one of a, b, got 'c'." in text
    assert f"{path}:3:29: one.shape.sides: expected 2 or more entries, got a list of 1." in text
    assert f"{path}:6:37: two.more.x[1].circle: expected a name of lower-case letters" in text
    assert f"{path}:7:1: Three: expected a name of lower-case letters" in text
    assert text.endswith("Nothing was printed.")


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=150, deadline=None)
@given(data=st.data())
def test_a_damaged_job_is_read_or_refused_with_places(workspace: Any, data: st.DataObject) -> None:
    text = workspace.write().read_text(encoding="utf-8")
    start = data.draw(st.integers(0, len(text) - 1))
    end = data.draw(st.integers(start, min(len(text), start + 20)))
    middle = data.draw(st.text("ab:{}[]-\n \t'\"#&*!|>%@0é", max_size=8))
    path = workspace.write(text=text[:start] + middle + text[end:])
    problems: tuple[Problem, ...] = ()
    try:
        load_job(path)
    except JobError as error:
        problems = error.problems
    for problem in problems:
        line, column = problem.place.removeprefix(f"{path}:").split(":")
        assert int(line) >= 1
        assert int(column) >= 1
        assert problem.message.endswith((".", "?"))
