"""How long verification takes: the log of 12,000 editions by both verifiers, and objects against `sha256sum`.

    python tests/benchmarks/bench_verify.py [--editions 12000] [--megabytes 400]

The log: checkpoint, tiles, entries, keys and history, without manifests and without starting openssl. Objects: files
of a megabyte, by both verifiers against sha256sum over the same files, warm. Exits 1 where a log takes 2 s or more, or
objects are read at less than half the speed of sha256sum.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))
sys.path.insert(0, str(ROOT / "tests"))

from archive_case import standalone  # noqa: E402

from reportgen.archive.archive import Archive  # noqa: E402
from reportgen.archive.entry import Edition, Genesis, Key  # noqa: E402
from reportgen.archive.inventory import Inventory  # noqa: E402
from reportgen.archive.log_check import check_log  # noqa: E402
from reportgen.archive.object_check import ObjectCheck  # noqa: E402
from reportgen.archive.signing_key import SigningKey  # noqa: E402

LIMIT = 2.0
NOW = datetime(2026, 1, 5, tzinfo=UTC)


def log_of(folder: Path, editions: int) -> Path:
    """An archive that is nothing but the log of so many editions: a thousand branches, month by month."""
    archive = Archive(folder / "archive", folder / "key.pem", lambda: NOW)
    key = SigningKey.create(archive.key_path)
    files = dict.fromkeys(("FORMAT", "FORMAT.md", "README.txt", "verify.py"), "0" * 64)
    archive.log.append([Genesis.at(
        NOW, archive="3f0c5a52-2f3e-4d53-9d3c-0a2b8c1d7e6f", files=files, key=Key(id=key.id, pem=key.pem),
    ).to_bytes()], key)
    entries = [
        Edition.at(NOW, manifest=f"{number:064x}", job="tiering", period=f"{2020 + number // 12000}-{number // 1000 % 12 + 1:02d}",
                   scope=f"branch:B{number % 1000:04d}", revision="r01", supersedes="").to_bytes()
        for number in range(editions)
    ]
    for at in range(0, len(entries), 1000):
        archive.log.append(entries[at:at + 1000], key)
    return archive.root


def objects_of(folder: Path, megabytes: int) -> Path:
    from reportgen.archive.objects import ObjectStore

    store = ObjectStore(folder / "objects-only")
    for _ in range(megabytes):
        store.put(os.urandom(1 << 20))
    return folder / "objects-only"


def timed(step: Callable[[], Any]) -> float:
    """The best of three, in seconds."""
    best = float("inf")
    for _ in range(3):
        began = time.perf_counter()
        step()
        best = min(best, time.perf_counter() - began)
    return best


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--editions", type=int, default=12_000)
    parser.add_argument("--megabytes", type=int, default=400)
    options = parser.parse_args(argv)
    module, tell = standalone(), print

    def shipped_log(root: Path) -> None:
        checked = module.Archive(root)
        checked.walk("")
        _, entries, _ = checked.log()
        checked.history(entries, None)

    def shipped_objects(root: Path) -> None:
        checked = module.Archive(root)
        checked.walk("")
        for name in checked.files:
            checked.attempt(checked.rehash, name)
        assert not checked.bad, checked.bad

    def program_objects(root: Path) -> None:
        assert not list(ObjectCheck(Inventory.of(root), "").check(lambda: False, None))

    with tempfile.TemporaryDirectory() as folder:
        root = log_of(Path(folder), options.editions)
        logs = {"program": timed(lambda: check_log(Inventory.of(root))), "shipped": timed(lambda: shipped_log(root))}
        for who, seconds in logs.items():
            tell(f"log of {options.editions:,} editions, {who}: {seconds:.2f} s")
        store = objects_of(Path(folder), options.megabytes)
        paths = [str(path) for path in store.rglob("*") if path.is_file()]
        base = timed(lambda: subprocess.run(["sha256sum", *paths], check=True, stdout=subprocess.DEVNULL))
        speeds = {"program": timed(lambda: program_objects(store)), "shipped": timed(lambda: shipped_objects(store))}
        tell(f"objects, sha256sum: {options.megabytes / base:,.0f} MB/s")
        for who, seconds in speeds.items():
            tell(f"objects, {who}: {options.megabytes / seconds:,.0f} MB/s, {base / seconds:.2f} of sha256sum")
    return 0 if max(logs.values()) < LIMIT and max(speeds.values()) <= 2 * base else 1


if __name__ == "__main__":
    sys.exit(main())
