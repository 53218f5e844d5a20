"""Log entries: strict in form, canonical in bytes."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest

from reportgen.archive import canonical, entry
from reportgen.archive.entry import Entry, parse_entry, utc
from reportgen.archive.keys import SigningKey
from reportgen.errors import ArchiveError

NOW = datetime(2026, 1, 5, 9, 2, 3, 999_999, tzinfo=timezone(timedelta(hours=8)))
SHA, OTHER = "a" * 64, "b" * 64
KEY = SigningKey.of(b"\x01" * 32)
PUBLIC = {"id": KEY.id, "pem": KEY.pem}
WHY = {"reason": "年度轮换", "by": "auditor A"}
ENTRIES: list[Entry] = [
    entry.Genesis.at(NOW, archive="3f0c2d5e-0000-4000-8000-000000000001", key=PUBLIC,
                     files=dict.fromkeys(entry.SHIPPED, SHA)),
    entry.FilesChanged.at(NOW, files=dict.fromkeys(entry.SHIPPED, OTHER)),
    entry.KeyAdded.at(NOW, key=PUBLIC, vouched="", **WHY),
    entry.KeyRevoked.at(NOW, id=KEY.id, **WHY),
    entry.Edition.at(NOW, manifest=SHA, job="taihu", period="2025-12", scope="branch:0571", revision="r02",
                     supersedes=OTHER),
    entry.Hold.at(NOW, id="h1", match={"job": "taihu"}, **WHY),
    entry.HoldReleased.at(NOW, id="h1", **WHY),
    entry.DeletionProposed.at(NOW, manifest=SHA, law="档案法", **WHY),
    entry.Tombstone.at(NOW, manifest=SHA, reason="期满", law="档案法", proposed_by="A", approved_by="B", objects=[OTHER]),
    entry.Anchored.at(NOW, size=3, checkpoint=SHA, token=OTHER),
    entry.Approval.at(NOW, manifest=SHA, by="checker", key=None, signature=""),
    entry.Approval.at(NOW, manifest=SHA, by="checker", key=PUBLIC, signature="A" * 86 + "=="),
    entry.Delivery.at(NOW, manifest=SHA, recipient="zhao", channel="mail", message=OTHER, pdf="",
                      message_id="<1@bank.example>", entitlement=SHA),
]
EDITION = {"type": "edition", "time": "2026-01-05T01:02:03Z", "manifest": SHA, "job": "taihu", "period": "2025-12",
           "scope": "bank", "revision": "r01", "supersedes": ""}


@pytest.mark.parametrize("one", ENTRIES, ids=lambda one: type(one).__name__)
def test_an_entry_is_read_back(one: Entry) -> None:
    data = one.to_bytes()
    assert parse_entry(data) == one
    assert parse_entry(data).to_bytes() == data


def test_the_bytes_of_an_edition() -> None:
    assert ENTRIES[4].to_bytes().decode() == (
        f'{{"job":"taihu","manifest":"{SHA}","period":"2025-12","revision":"r02","scope":"branch:0571",'
        f'"supersedes":"{OTHER}","time":"2026-01-05T01:02:03Z","type":"edition"}}'
    )
    assert parse_entry(canonical.dumps(EDITION)) == entry.Edition.model_validate(EDITION)


def test_a_time_is_utc_and_aware() -> None:
    assert utc(NOW) == "2026-01-05T01:02:03Z"
    with pytest.raises(ValueError, match="time zone"):
        utc(datetime(2026, 1, 5))  # noqa: DTZ001 - the wrong thing itself


@pytest.mark.parametrize(("change", "place"), [
    ({"type": "reprint"}, "entry"), ({"type": None}, "entry"), ({"extra": ""}, "edition.extra"),
    ({"time": "2026-13-05T01:02:03Z"}, "time"), ({"time": "2026-02-30T01:02:03Z"}, "time"),
    ({"time": "2026-01-05T01:02:03+08:00"}, "time"), ({"time": "2026-01-05 01:02:03Z"}, "time"),
    ({"time": "２026-01-05T01:02:03Z"}, "time"), ({"time": 5}, "time"),
    ({"manifest": "A" * 64}, "manifest"), ({"manifest": "a" * 63}, "manifest"), ({"manifest": SHA + "\n"}, "manifest"),
    ({"job": ""}, "job"), ({"job": ".."}, "job"), ({"job": "a/b"}, "job"), ({"scope": "a\x00"}, "scope"),
    ({"period": "a\\b"}, "period"), ({"revision": "1"}, "revision"), ({"revision": "r1"}, "revision"),
    ({"supersedes": None}, "supersedes"), ({"supersedes": "x"}, "supersedes"), ({"job": 7}, "job"),
])
def test_a_field_out_of_form_is_refused_by_its_name(change: dict[str, object], place: str) -> None:
    with pytest.raises(ArchiveError) as error:
        parse_entry(canonical.dumps(EDITION | change), "log entry 7")
    assert error.value.code == 8
    assert all(problem.place == "log entry 7" for problem in error.value.problems)
    assert place in error.value.problems[0].message


@pytest.mark.parametrize("missing", sorted(EDITION))
def test_no_field_may_lack(missing: str) -> None:
    with pytest.raises(ArchiveError):
        parse_entry(canonical.dumps({name: value for name, value in EDITION.items() if name != missing}))


@pytest.mark.parametrize("data", [b"[]", b"null", b'"edition"', b"{}", b"", b'{"type": "edition"}'])
def test_what_is_no_entry_is_refused(data: bytes) -> None:
    with pytest.raises(ArchiveError, match=r"^log entry"):
        parse_entry(data)


@pytest.mark.parametrize("value", [
    canonical.loads(ENTRIES[0].to_bytes()) | {"files": {"FORMAT": SHA}},
    canonical.loads(ENTRIES[0].to_bytes()) | {"archive": "3F0C2D5E-0000-4000-8000-000000000001"},
    canonical.loads(ENTRIES[0].to_bytes()) | {"format": "reportgen-archive 2"},
    canonical.loads(ENTRIES[2].to_bytes()) | {"action": "borrow"},
    canonical.loads(ENTRIES[3].to_bytes()) | {"key": PUBLIC},
    canonical.loads(ENTRIES[5].to_bytes()) | {"match": {"branch": "0571"}},
    canonical.loads(ENTRIES[8].to_bytes()) | {"objects": ["x"]},
    canonical.loads(ENTRIES[8].to_bytes()) | {"law": ""},
    canonical.loads(ENTRIES[9].to_bytes()) | {"size": 0},
    canonical.loads(ENTRIES[9].to_bytes()) | {"size": "3"},
    canonical.loads(ENTRIES[9].to_bytes()) | {"token": ""},
])
def test_the_other_kinds_are_as_strict(value: dict[str, object]) -> None:
    with pytest.raises(ArchiveError):
        parse_entry(canonical.dumps(value))
