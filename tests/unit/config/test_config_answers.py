"""Owners' answers, from YAML or CSV."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from reportgen.config.answers import AnswerEntry, answers_path, load_answers
from reportgen.errors import JobError

YAML = """\
- {period: 2025-11, rule: r_contact_gap, state: in_progress, note: 已排日历, by: 王*, date: "2025-12-20"}
- {period: 2025-11, scope: "branch:B01", rule: r_no_visit, segment: affluent, state: done}
"""
CSV = """\
period,scope,rule,segment,state,note,by,date
2025-11,,r_contact_gap,,in_progress,已排日历,王*,2025-12-20
2025-11,branch:B01,r_no_visit,affluent,done,,,
"""
BOTH = (
    AnswerEntry(period="2025-11", rule="r_contact_gap", state="in_progress", note="已排日历", by="王*",
                date=dt.date(2025, 12, 20)),
    AnswerEntry(period="2025-11", rule="r_no_visit", state="done", scope="branch:B01", segment="affluent"),
)


@pytest.mark.parametrize(("name", "text"), [("a.yaml", YAML), ("a.csv", CSV), ("bom.csv", "\ufeff" + CSV)])
def test_both_forms_say_the_same(tmp_path: Path, name: str, text: str) -> None:
    (tmp_path / name).write_text(text, "utf-8")
    assert load_answers(tmp_path / name) == BOTH


@pytest.mark.parametrize(("name", "text", "place"), [
    ("a.csv", CSV.replace("in_progress", "perhaps"), "a.csv:2:1"),
    ("a.csv", CSV.replace("segment", "segmant"), "a.csv:1:1: unknown column 'segmant'. Did you mean 'segment'?"),
    ("a.csv", CSV.replace("period,", "scope2,"), "a.csv:1:1: the column 'period' is missing"),
    ("a.csv", CSV + "2025-11,bank,r_no_visit,,done,a,b,2025-12-20,d\n", "a.csv:4:1: more cells than the 8 columns"),
    ("a.csv", CSV + "2025-11,bank,,,done,a,b,2025-12-20\n", "a.csv:4:1: the cell 'rule' is empty."),
    ("a.csv", CSV.replace("2025-12-20", "soon"), "a.csv:2:1: date: expected a date like 2011-05-31, got 'soon'."),
    ("a.yaml", YAML.replace("in_progress", "perhaps"), "a.yaml:1:"),
])
def test_a_wrong_answer_is_named_with_its_line(tmp_path: Path, name: str, text: str, place: str) -> None:
    (tmp_path / name).write_text(text, "utf-8")
    with pytest.raises(JobError) as caught:
        load_answers(tmp_path / name)
    assert place in str(caught.value)


def test_where_answers_are_looked_for(tmp_path: Path) -> None:
    assert answers_path(tmp_path, None, "taihu") is None
    (tmp_path / "answers").mkdir()
    (tmp_path / "answers/taihu.csv").write_text("", "utf-8")
    assert answers_path(tmp_path, None, "taihu") == tmp_path / "answers/taihu.csv"
    assert answers_path(tmp_path, "own.yaml", "taihu") == tmp_path / "own.yaml"
