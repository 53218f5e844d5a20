"""An edition is released by somebody other than its maker, once, and only while it is the newest."""

from __future__ import annotations

import base64
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from archive_case import build, issue, manifest

from reportgen.archive.approval import approve
from reportgen.archive.archive import Archive
from reportgen.archive.entry import approval_message
from reportgen.archive.signing_key import SigningKey
from reportgen.archive.state import Issued
from reportgen.archive.verify import verify
from reportgen.errors import ArchiveError

CHECKER = SigningKey.of(b"checker!" * 4)


@pytest.fixture
def archive(tmp_path: Path) -> Archive:
    return build(tmp_path / "output")


def newest(archive: Archive, period: str = "2025-12", scope: str = "bank") -> Issued:
    found = archive.state().latest("tiering", period, scope)
    assert found
    return found


def test_another_user_approves_and_the_log_says_who(archive: Archive) -> None:
    one, before = newest(archive), archive.log.size
    assert approve(archive, [one], "li") == (one,)
    assert archive.log.size == before + 1
    said = newest(archive).approval
    assert said
    assert (said.by, said.key, said.signature, said.manifest) == ("li", None, "", one.manifest)
    assert verify(archive.root).problems == []


def test_a_key_approves_whoever_runs_the_program(archive: Archive) -> None:
    one = newest(archive)
    approve(archive, [one], "wang", CHECKER)
    said = newest(archive).approval
    assert said
    assert said.key
    assert said.key.id == CHECKER.id
    assert CHECKER.public.verify(base64.b64decode(said.signature), approval_message(one.manifest))
    assert approval_message(one.manifest) == f"reportgen-approval 1\n{one.manifest}\n".encode()
    assert verify(archive.root).problems == []


def test_all_of_a_period_in_one_step_and_again_nothing(archive: Archive) -> None:
    both, before = [newest(archive), newest(archive, scope="branch:B07")], archive.log.size
    assert approve(archive, both, "li") == tuple(both)
    assert archive.log.size == before + 2
    again = [newest(archive), newest(archive, scope="branch:B07")]
    assert approve(archive, again, "zhao") == ()
    assert archive.log.size == before + 2


def test_the_maker_is_refused_and_with_one_refused_none_is_approved(archive: Archive) -> None:
    before = archive.log.size
    with pytest.raises(ArchiveError, match="wang made it and cannot approve it too") as caught:
        approve(archive, [newest(archive), newest(archive, scope="branch:B07")], "wang")
    assert len(caught.value.problems) == 2
    assert "--key FILE" in caught.value.hint
    assert archive.log.size == before


def test_a_key_that_signs_the_log_is_the_maker_s(archive: Archive) -> None:
    for key_id in archive.log.history().known:
        with pytest.raises(ArchiveError, match=f"key {key_id} signs the log"):
            approve(archive, [newest(archive)], "li", SigningKey.load(archive.key_path, key_id))


@pytest.mark.parametrize("maker", ["", "unknown"])
def test_without_a_maker_s_name_only_a_key_shows_another_person(archive: Archive, maker: str) -> None:
    made = manifest(archive, ("tiering", "2026-01", "bank", "r01"))
    one = archive.issue(made.model_copy(update={"operator": made.operator.model_copy(update={"user": maker})}))
    with pytest.raises(ArchiveError, match="does not say who made it"):
        approve(archive, [one], "li")
    approve(archive, [one], "li", CHECKER)
    assert verify(archive.root).problems == []


def test_a_superseded_and_a_deleted_edition_are_refused(archive: Archive) -> None:
    state = archive.state()
    old = next(one for one in state.issued.values() if one.standing == "superseded")
    gone = next(one for one in state.issued.values() if one.standing == "deleted")
    with pytest.raises(ArchiveError, match=r"r01: is superseded by [0-9a-f]{12}; only the newest"):
        approve(archive, [old], "li")
    with pytest.raises(ArchiveError, match="is deleted; only the newest"):
        approve(archive, [gone], "li")


def test_an_approval_stays_with_its_edition_when_it_is_corrected(archive: Archive) -> None:
    one = newest(archive)
    approve(archive, [one], "li")
    issue(archive, ("tiering", "2025-12", "bank", "r02"),
          supersedes={"manifest": one.manifest, "reason": "A late file.", "by": "wang"})
    assert newest(archive).approval is None
    kept = archive.state().issued[one.manifest]
    assert kept.approval
    assert kept.standing == "superseded"
    approve(archive, [newest(archive)], "li")
    assert verify(archive.root).problems == []
