"""Who may read what: the file, the table, and the days on which a right holds."""

from __future__ import annotations

import datetime as dt
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from reportgen.config.recipients import Recipients, load_recipients
from reportgen.delivery.entitlement import entitled, refusal, right_of
from reportgen.delivery.unit_names import UnitNames
from reportgen.errors import JobError

ZHAO: dict[str, Any] = {"id": "zhao", "name": {"zh-CN": "赵*", "en": "Zhao"}, "mail": "zhao@bank.example",
                        "may": [{"jobs": ["tiering"], "scopes": ["branch:B01"], "from": "2026-01-01", "to": "2027-01-01"}]}
TABLE = "id,name_zh,name_en,mail,locale,jobs,scopes,from,to\n"
ROW = "zhao,赵*,Zhao,zhao@bank.example,zh-CN,tiering,branch:B01,2026-01-01,2027-01-01\n"


def written(root: Path, people: list[dict[str, Any]] | None = None, table: str = "") -> Recipients:
    (root / "config").mkdir(exist_ok=True)
    told: dict[str, Any] = {"recipients": people} if people is not None else {"table": "people.csv"}
    (root / "config/recipients.yaml").write_text(yaml.safe_dump(told, allow_unicode=True), "utf-8")
    if people is None:
        (root / "people.csv").write_text(table, "utf-8")
    return load_recipients(root)


def readers(people: Recipients, scope: str, day: str = "2026-06-01", job: str = "tiering") -> list[str]:
    return [one.recipient.id for one in entitled(people, job, scope, dt.date.fromisoformat(day))]


def test_a_right_holds_from_its_first_day_to_before_its_last(tmp_path: Path) -> None:
    people = written(tmp_path, [ZHAO])
    assert [readers(people, "branch:B01", day) for day in ("2025-12-31", "2026-01-01", "2026-12-31", "2027-01-01")] == [
        [], ["zhao"], ["zhao"], []]
    assert readers(people, "branch:B02") == readers(people, "bank") == readers(people, "branch:B01", job="other") == []


@pytest.mark.parametrize(("scopes", "read"), [
    (["bank"], {"bank"}), (["branch:*"], {"branch:B01", "branch:B02"}), (["region:*"], {"region:R1"}),
    (["*"], {"bank", "region:R1", "branch:B01", "branch:B02"}), (["branch:B02", "bank"], {"bank", "branch:B02"}),
])
def test_a_star_means_all_of_a_kind(tmp_path: Path, scopes: list[str], read: set[str]) -> None:
    people = written(tmp_path, [ZHAO | {"may": [ZHAO["may"][0] | {"scopes": scopes}]}])
    all_scopes = ("bank", "region:R1", "branch:B01", "branch:B02")
    assert {one for one in all_scopes if readers(people, one)} == read


def test_a_table_says_the_same_as_the_file(tmp_path: Path) -> None:
    by_file = written(tmp_path, [ZHAO])
    by_table = written(tmp_path, None, TABLE + ROW)
    assert by_table.people == by_file.people
    assert by_table.sha256 != by_file.sha256
    two = written(tmp_path, None, TABLE + ROW + ROW.replace("branch:B01", "bank region:R1"))
    assert [right.scopes for right in two.people[0].may] == [("branch:B01",), ("bank", "region:R1")]


@pytest.mark.parametrize(("change", "why"), [
    ({"mail": "a@b\r\nBcc: x@y"}, "is no mail address"), ({"mail": "赵@bank.example"}, "is no mail address"),
    ({"mail": "a@b, c@d"}, "is no mail address"), ({"name": {"zh-CN": "赵\r\nBcc: x"}}, "control character"),
    ({"id": "a/b"}, "id"), ({"password": "plain"}, "secret in plain text"),
    ({"password": "env:X", "certificate": "a.pem"}, "a password or a certificate"),
    ({"may": [{"jobs": ["a"], "scopes": ["branch"], "from": "2026-01-01"}]}, "is no scope"),
    ({"may": [{"jobs": ["a"], "scopes": ["branch:../x"], "from": "2026-01-01"}]}, "is no scope"),
    ({"may": [{"jobs": ["a"], "scopes": ["bank"], "from": "2026-01-01", "to": "2026-01-01"}]}, "comes after"),
    ({"may": [{"jobs": [], "scopes": ["bank"], "from": "2026-01-01"}]}, "jobs"),
    ({"maay": []}, "Did you mean 'may'"),
])
def test_what_is_wrong_is_named_with_its_place(tmp_path: Path, change: dict[str, Any], why: str) -> None:
    with pytest.raises(JobError) as error:
        written(tmp_path, [{**ZHAO, **change}])
    told = str(error.value)
    assert why in told
    assert "recipients.yaml" in told
    assert "plain" not in told or "plain text" in told


def test_an_id_stands_once(tmp_path: Path) -> None:
    with pytest.raises(JobError, match="the id zhao stands twice"):
        written(tmp_path, [ZHAO, {**deepcopy(ZHAO)}])


@pytest.mark.parametrize(("row", "why"), [
    ("zhao,赵*,Zhao,zhao@bank.example,zh-CN,tiering,branch:B01,01.01.2026,\n", "people.csv:2: may"),
    ("zhao,赵*,Zhao,zhao@bank.example,fr,tiering,branch:B01,2026-01-01,\n", "people.csv:2: locale"),
    ("zhao,赵*,Zhao\n", "people.csv:2: mail"), ("zhao,赵*,Zhao,a@b,zh-CN,t,bank,2026-01-01,,more\n", "more cells"),
    (ROW + ROW.replace("zhao@", "qian@"), "people.csv:3: says of 'zhao' something else than a row before"),
])
def test_a_wrong_row_is_named_by_its_line(tmp_path: Path, row: str, why: str) -> None:
    with pytest.raises(JobError) as error:
        written(tmp_path, None, TABLE + row)
    assert why in str(error.value)


def test_a_table_lacks_a_column_or_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(JobError, match="needs the columns"):
        written(tmp_path, None, "id,mail\nzhao,a@b\n")
    (tmp_path / "people.csv").unlink()
    with pytest.raises(JobError, match=r"people\.csv: cannot be read"):
        load_recipients(tmp_path)


def test_without_a_file_there_is_nobody(tmp_path: Path) -> None:
    assert load_recipients(tmp_path).people == ()


def test_a_refusal_says_what_has_changed(tmp_path: Path) -> None:
    people, day = written(tmp_path, [ZHAO]), dt.date(2027, 3, 1)
    assert refusal(people, "zhao", "zhao@bank.example", "tiering", "branch:B01", dt.date(2026, 3, 1)) == ""
    assert "ended on 2027-01-01" in refusal(people, "zhao", "zhao@bank.example", "tiering", "branch:B01", day)
    assert "address of zhao is another" in refusal(people, "zhao", "z@bank.example", "tiering", "branch:B01", day)
    assert "no recipient any more" in refusal(people, "qian", "q@bank.example", "tiering", "branch:B01", day)
    assert "no right to bank" in refusal(people, "zhao", "zhao@bank.example", "tiering", "bank", day)


def test_why_somebody_reads_is_said(tmp_path: Path) -> None:
    people = written(tmp_path, [ZHAO])
    found = right_of(people, people.people[0], "tiering", "branch:B01", dt.date(2026, 3, 1))
    assert found is not None
    assert found.said == ("may read branch:B01 of tiering from 2026-01-01 until 2026-12-31 "
                          "(config/recipients.yaml: zhao, right 1)")


NAMES = UnitNames(
    {"branch:B01": frozenset({"城中支行", "City Centre"}), "branch:B02": frozenset({"湖滨支行", "Hubin"}),
     "branch:B03": frozenset({"湖滨支行营业部", "Hubin Office"}), "branch:7": frozenset({"七号"}),
     "region:R1": frozenset({"城区", "City"}), "region:R2": frozenset({"新区", "New Districts"})},
    {"branch:B01": "region:R1", "branch:B02": "region:R1", "branch:B03": "region:R2"}, frozenset({"新区"}),
)


@pytest.mark.parametrize(("text", "scope", "found"), [
    ("城中支行 2025年12月 B01 城区", "branch:B01", ""), ("对比：湖滨支行", "branch:B01", "湖滨支行"),
    ("湖滨\n支行", "branch:B01", "湖滨支行"), ("Hubin\nOffice", "branch:B01", "Hubin Office"), ("B02", "branch:B01", "B02"),
    ("AB02 B021 b02 XB02", "branch:B01", ""), ("B02.", "branch:B01", "B02"),
    ("B01/B02", "branch:B01", "B02"), ("B01-B02", "branch:B01", "B02"), ("aB02c", "branch:B01", ""),
    ("tGP6WCi7uZOmN3Y5cqUL6hf+B02/MxvH/POhviMLNZYvNsYgQMyqzSMCYAEtnbG4=", "branch:B01", ""),
    ("B03/" * 15, "branch:B01", "B03"),
    ("湖滨支行营业部 7 户", "branch:B03", ""), ("湖滨支行营业部、湖滨支行", "branch:B03", "湖滨支行"),
    ("Capacity and cities", "branch:B03", ""), ("The City grew", "branch:B03", "City"), ("新区", "branch:B01", ""),
    ("湖滨支行 城中支行 City", "region:R1", ""), ("湖滨支行营业部", "region:R1", "湖滨支行营业部"),
    ("湖滨支行 B02 R2 Hubin", "bank", ""), ("R2", "branch:B01", "R2"),
])
def test_a_stranger_s_name_is_found_and_one_s_own_is_not(text: str, scope: str, found: str) -> None:
    assert NAMES.foreign(text, scope) == found


def test_the_organisation_s_own_name_may_hold_a_unit_s(tmp_path: Path) -> None:
    assert NAMES.foreign("湖滨支行有限公司", "branch:B01", {"湖滨支行有限公司"}) == ""
    assert tmp_path


@given(before=st.text("客户户均 abcXYZ\n", max_size=20), after=st.text("。，金额 0.5\n", max_size=20),
       name=st.sampled_from(["湖滨支行", "B02", "R2"]))
def test_wherever_it_stands_it_is_found(before: str, after: str, name: str) -> None:
    touched = name.isascii() and any(one.isascii() and one.isalnum() for one in (before[-1:], after[:1]))
    if not touched:
        assert NAMES.foreign(before + name + after, "branch:B01") == name
