"""What the log says, entry by entry: what may follow what, and what an edition's standing is."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reportgen.archive.entry import (
    SHIPPED,
    Anchored,
    DeletionProposed,
    Edition,
    FilesChanged,
    Genesis,
    Hold,
    HoldReleased,
    Key,
    Tombstone,
)
from reportgen.archive.signing_key import SigningKey
from reportgen.archive.state import State
from reportgen.errors import ArchiveError

NOW = datetime(2026, 1, 5, 1, 2, 3, tzinfo=UTC)
KEY = SigningKey.of(b"1" * 32)
FILES = dict.fromkeys(SHIPPED, "a" * 64)
GENESIS = Genesis.at(NOW, archive="3f0c2d5e-0000-4000-8000-000000000001", files=FILES, key=Key(id=KEY.id, pem=KEY.pem))


def sha(number: int) -> str:
    return f"{number:064x}"


def edition(number: int, revision: str = "r01", supersedes: str = "", **more: str) -> Edition:
    key = {"job": "tiering", "period": "2025-12", "scope": "bank"} | more
    return Edition.at(NOW, manifest=sha(number), revision=revision, supersedes=supersedes, **key)


def proposed(number: int, by: str = "wang") -> DeletionProposed:
    return DeletionProposed.at(NOW, manifest=sha(number), reason="over", law="4.2", by=by)


def tombstone(number: int, proposer: str = "wang", approver: str = "li") -> Tombstone:
    return Tombstone.at(NOW, manifest=sha(number), reason="over", law="4.2", proposed_by=proposer,
                        approved_by=approver, objects=[])


def hold(name: str, **match: str) -> Hold:
    return Hold.at(NOW, id=name, match=match, reason="a suit", by="li")


def state_of(*entries: object) -> State:
    return State.of([one.to_bytes() for one in (GENESIS, *entries)])  # type: ignore[attr-defined]


def test_a_correction_supersedes_and_both_stay() -> None:
    state = state_of(edition(1), edition(2, "r02", sha(1)))
    old, new = state.issued.values()
    assert (old.index, old.standing, old.superseded_by) == (1, "superseded", sha(2))
    assert (new.index, new.standing, new.superseded_by) == (2, "issued", "")
    assert state.latest("tiering", "2025-12", "bank") == new
    assert state.latest("tiering", "2025-11", "bank") is None
    assert str(new) == "tiering 2025-12 bank r02"


def test_a_scope_s_colon_is_no_folder() -> None:
    one = next(iter(state_of(edition(1, scope="branch:B07")).issued.values()))
    assert one.path == "2025-12/tiering/branch-B07/r01.json"
    assert one.subject == ("tiering", "2025-12", "branch:B07")


@pytest.mark.parametrize(
    ("entries", "why"),
    [
        ((edition(1, "r02"),), "log entry 1: is r02; r01 was next"),
        ((edition(1), edition(2, "r03", sha(1))), "log entry 2: is r03; r02 was next"),
        ((edition(1), edition(2)), "does not supersede the newest edition of tiering 2025-12 bank"),
        ((edition(1), edition(2, "r02", sha(9))), "does not supersede the newest"),
        ((edition(1), edition(2, "r02", sha(1)), edition(3, "r03", sha(1))), "does not supersede the newest"),
        ((edition(1), edition(1, scope="region:R1")), "issues the same manifest again"),
        ((hold("a"), hold("a")), "uses the hold a again"),
        ((HoldReleased.at(NOW, id="a", reason="x", by="li"),), "releases the hold a, which there is not"),
        ((proposed(1),), "proposes to delete what was never issued"),
        ((edition(1), tombstone(1)), "has no proposal before it"),
        ((tombstone(1),), "deletes what is not there"),
        ((edition(1), proposed(1), tombstone(1, "zhao")), "has no proposal before it"),
        ((edition(1), proposed(1), tombstone(1, "wang", "wang")), "proposed and approved by the same person"),
        ((edition(1), hold("a", job="tiering"), proposed(1), tombstone(1)), "deletes an edition under a hold"),
        ((edition(1), proposed(1), tombstone(1), proposed(1), tombstone(1)), "deletes what is not there"),
        ((GENESIS,), "genesis"),
    ],
)
def test_what_cannot_follow_is_refused_by_its_place(entries: tuple[object, ...], why: str) -> None:
    with pytest.raises(ArchiveError) as refused:
        state_of(*entries)
    assert why in str(refused.value)
    assert "log entry" in str(refused.value)


def test_a_refused_entry_leaves_the_state_as_it_was() -> None:
    state = state_of(edition(1))
    with pytest.raises(ArchiveError):
        state.read(edition(2, "r09", sha(1)).to_bytes())
    assert (state.size, len(state.issued), state.latest("tiering", "2025-12", "bank")) == (
        2, 1, state.issued[sha(1)])


def test_a_hold_holds_what_matches_in_every_part() -> None:
    state = state_of(
        edition(1), edition(2, scope="branch:B07"), edition(3, period="2025-11"),
        hold("all"), hold("unit", scope="branch:B07"), hold("both", job="tiering", period="2025-11"),
        hold("other", job="taihu"),
    )
    names = [[one.id for one in state.held(edition)] for edition in state.issued.values()]
    assert names == [["all"], ["all", "unit"], ["all", "both"]]
    state.read(HoldReleased.at(NOW, id="all", reason="settled", by="li").to_bytes())
    assert [len(state.held(one)) for one in state.issued.values()] == [0, 1, 1]


def test_a_deletion_is_the_end_and_its_proposal_is_spent() -> None:
    state = state_of(edition(1), proposed(1), tombstone(1))
    one = state.issued[sha(1)]
    assert one.standing == "deleted"
    assert one.deletion == tombstone(1)
    assert state.proposals == {}


def test_a_deleted_edition_is_still_the_one_a_correction_supersedes() -> None:
    state = state_of(edition(1), proposed(1), tombstone(1), edition(2, "r02", sha(1)))
    assert [one.standing for one in state.issued.values()] == ["deleted", "issued"]


def test_newer_shipped_files_take_the_place_of_the_first() -> None:
    newer = {**FILES, "verify.py": "b" * 64}
    state = state_of(FilesChanged.at(NOW, files=newer))
    assert state.files == newer
    assert state.genesis == GENESIS


@given(st.lists(st.sampled_from([("bank",), ("branch:B01",), ("branch:B02",)]), max_size=20))
def test_revisions_of_a_scope_have_no_gap_whatever_the_order(order: list[tuple[str]]) -> None:
    last: dict[str, int] = {}
    entries = []
    for number, (scope,) in enumerate(order, 1):
        before = last.get(scope)
        revision = f"r{sum(one == (scope,) for one in order[:number]):02d}"
        entries.append(edition(number, revision, sha(before) if before else "", scope=scope))
        last[scope] = number
    state = state_of(*entries)
    for scope, number in last.items():
        newest = state.latest("tiering", "2025-12", scope)
        assert newest is not None
        assert newest.manifest == sha(number)
        assert newest.entry.revision == f"r{order.count((scope,)):02d}"
    superseded = [one for one in state.issued.values() if one.superseded_by]
    assert len(superseded) == len(order) - len(last)


def anchored(size: int) -> Anchored:
    return Anchored.at(NOW, size=size, checkpoint=sha(1), token=sha(2))


def test_an_anchor_is_of_entries_that_come_before_it_and_of_a_size_once() -> None:
    state = State.of([GENESIS.to_bytes(), anchored(1).to_bytes(), edition(1).to_bytes(), anchored(3).to_bytes()])
    assert sorted(state.anchors) == [1, 3]
    with pytest.raises(ArchiveError, match=r"log entry 4: anchors 5 entries, more than come before it"):
        state.read(anchored(5).to_bytes())
    with pytest.raises(ArchiveError, match=r"anchors 3 entries again"):
        State.of([one.to_bytes() for one in (GENESIS, edition(1), edition(2, period="2026-01"), anchored(3), anchored(3))])
