"""A thousand made-up names, identity, telephone and card numbers in the sources: none in anything the program leaves.

They stand in columns of the job and beside them, in free text, and in cells that cannot be read. Looked through: every
file below the output folder, opened as far as it opens (PDF streams and text layer, metadata, attachments, workbooks,
mails, compressed objects, the ledger), and all that was printed.
"""

from __future__ import annotations

import email
import gzip
import random
import re
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from email.policy import default
from io import BytesIO
from pathlib import Path
from typing import Any

import pikepdf
import pytest
import yaml

from reportgen.render.reading import texts

EACH, ROWS = 250, 600
_RARE = [chr(code) for code in range(0x7080, 0x7580)]


def identity(chance: random.Random) -> str:
    """Eighteen digits whose check digit is right (GB 11643)."""
    born = f"{chance.randint(1950, 2005)}{chance.randint(1, 12):02}{chance.randint(1, 28):02}"
    head = f"{chance.choice([110101, 320506, 440103])}{born}{chance.randint(0, 999):03}"
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    return head + "10X98765432"[sum(int(digit) * weight for digit, weight in zip(head, weights, strict=True)) % 11]


def card(chance: random.Random) -> str:
    """Nineteen digits that Luhn's formula accepts."""
    head = "62" + "".join(str(chance.randint(0, 9)) for _ in range(16))
    digits = [int(one) for one in reversed(head)]
    total = sum(sum(divmod(2 * one, 10)) if place % 2 == 0 else one for place, one in enumerate(digits))
    return f"{head}{-total % 10}"


def planted() -> dict[str, list[str]]:
    chance = random.Random(20261124)
    return {
        "name": ["欧阳" + "".join(chance.sample(_RARE, 2)) for _ in range(EACH)],
        "identity": [identity(chance) for _ in range(EACH)],
        "phone": [f"13{chance.randint(10**8, 10**9 - 1)}" for _ in range(EACH)],
        "card": [card(chance) for _ in range(EACH)],
    }


PLANTED = planted()
JOB: dict[str, Any] = {
    "job": "canary", "report": "characteristics", "currency": "CNY", "delivery": {"send": True},
    "sources": {"list": {"type": "csv", "path": "list.csv"}},
    "frames": {"snapshots": {"from": "list", "columns": {
        "customer_id": "证件号", "snapshot_date": "日期", "aum": {"column": "余额", "unit": "元"},
        "occupation": "职业", "branch_id": "机构",
        "note": {"column": "备注", "kind": "category", "class": "C2"},
    }}},
    "gates": {"unparsable": {"block_above": 0.9}},
}


def write(root: Path, **change: Any) -> None:
    """The project: every planted value stands in the file, many in cells that no amount can be read from."""
    chance = random.Random(7)
    (root / "templates").mkdir(exist_ok=True)
    (root / "config").mkdir(exist_ok=True)
    (root / "job.yaml").write_text(yaml.safe_dump(JOB | change, allow_unicode=True), "utf-8")
    (root / "config/recipients.yaml").write_text(yaml.safe_dump({"recipients": [
        {"id": "boss", "name": {"zh-CN": "行长"}, "mail": "boss@bank.test",
         "may": [{"jobs": ["*"], "scopes": ["*"], "from": "2020-01-01"}]},
    ]}, allow_unicode=True), "utf-8")
    lines = ["证件号,姓名,电话,卡号,日期,余额,职业,机构,备注"]
    for row in range(ROWS):
        name, who, phone, number = (PLANTED[kind][row % EACH] for kind in ("name", "identity", "phone", "card"))
        amount = {0: phone, 1: name, 2: who, 3: number}.get(row % 9, f"{chance.randint(1, 900_000)}.5")
        lines.append(f"{who if row < EACH else f'Z{row:05}'},{name},{phone},{number},2026-10-31,{amount},"
                     f"{chance.choice(['农民', '教师', '医生'])},B{row % 3},{name} {phone} 卡{number} 证{who}")
    (root / "list.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")


def run(root: Path, *arguments: str) -> tuple[int, str]:
    done = subprocess.run([sys.executable, "-m", "reportgen", *arguments], cwd=root, capture_output=True, text=True,
                          check=False)
    return done.returncode, done.stdout + done.stderr


def opened(data: bytes) -> Iterator[bytes]:
    """The bytes, and what they hold where they are a PDF, a workbook, a mail or compressed."""
    yield data
    for start, within in ((b"%PDF", in_pdf), (b"PK", in_book), (b"\x1f\x8b", in_gzip), (b"From: ", in_mail)):
        if data.startswith(start):
            for part in within(data):
                yield from opened(part)


def in_pdf(data: bytes) -> Iterator[bytes]:
    yield "\n".join(texts(data)).encode()
    with pikepdf.open(BytesIO(data)) as pdf:
        for one in pdf.objects:
            if isinstance(one, pikepdf.Stream):
                try:
                    yield one.read_bytes()
                except pikepdf.PdfError:
                    yield one.read_raw_bytes()
        yield str(pdf.docinfo).encode()


def in_book(data: bytes) -> Iterator[bytes]:
    with zipfile.ZipFile(BytesIO(data)) as book:
        yield from map(book.read, book.namelist())


def in_gzip(data: bytes) -> Iterator[bytes]:
    yield gzip.decompress(data)


def in_mail(data: bytes) -> Iterator[bytes]:
    contents = (part.get_payload(decode=True) for part in email.message_from_bytes(data, policy=default).walk())
    yield from (one for one in contents if isinstance(one, bytes))


def leaks(data: bytes) -> set[str]:
    """The planted values in some bytes, as UTF-8, UTF-16 or escaped."""
    text = data.decode("utf-8", "ignore")
    found = set(re.findall(r"[0-9]{11,19}X?", text)) & NUMBERS
    if re.search("欧阳|\\\\u6b27\\\\u9633", text):
        found |= {name for name in PLANTED["name"]
                  if name in text or name.encode("unicode_escape").decode() in text}
    wide = data.decode("utf-16-le", "ignore")
    return found | {name for name in PLANTED["name"] if "欧阳" in wide and name in wide}


NUMBERS = {value for kind in ("identity", "phone", "card") for value in PLANTED[kind]}


def everything(root: Path) -> Iterator[tuple[str, bytes]]:
    for path in sorted((root / "output").rglob("*")):
        if path.is_file():
            for part in opened(path.read_bytes()):
                yield path.relative_to(root).as_posix(), part


def test_the_search_finds_what_is_there(tmp_path: Path) -> None:
    write(tmp_path)
    assert leaks((tmp_path / "list.csv").read_bytes()) == {one for kind in PLANTED.values() for one in kind}
    assert leaks(repr(PLANTED["name"][:3]).encode("utf-16-le")) == set(PLANTED["name"][:3])
    book = BytesIO()
    with zipfile.ZipFile(book, "w") as made:
        made.writestr("x", gzip.compress(PLANTED["phone"][0].encode()))
    assert set().union(*(leaks(part) for part in opened(book.getvalue()))) == {PLANTED["phone"][0]}


def test_no_planted_value_is_in_anything_a_run_leaves(tmp_path: Path) -> None:
    write(tmp_path)
    code, said = run(tmp_path, "run", "job.yaml", "--period", "2026-10")
    assert code == 0, said
    parts = list(everything(tmp_path))
    assert len(parts) > 300
    assert {name: found for name, part in parts if (found := leaks(part))} == {}
    assert leaks(said.encode()) == set()
    assert list((tmp_path / "output/outbox").glob("*.eml"))
    assert not list((tmp_path / "output/work").glob("*"))
    for arguments in (["facts", "job.yaml", "--period", "2026-10"], ["check", "job.yaml"], ["outbox", "list", "--json"],
                      ["findings", "job.yaml", "--period", "2026-10", "--json"], ["plan", "job.yaml", "--period", "2026-10"],
                      ["explain", "job.yaml", "bank/customers_total@2026-10"]):
        code, said = run(tmp_path, *arguments)
        assert code in (0, 9), said
        assert leaks(said.encode()) == set(), arguments


@pytest.mark.parametrize(("change", "code"), [
    ({"gates": {"unparsable": {"block_above": 0}}}, 5), ({"gates": {"unparsable": {"block_above": 0.9}, "negative_aum": "block"}}, 0),
    ({"frames": {"snapshots": {"from": "list", "columns": {
        "customer_id": "证件号", "snapshot_date": "姓名", "aum": {"column": "余额", "unit": "元"}}}}}, 4),
    ({"frames": {"snapshots": {"from": "list", "columns": {
        "customer_id": "姓名", "snapshot_date": "日期", "aum": {"column": "电话", "unit": "元"}, "branch_id": "卡号"}}}}, 5),
    ({"dimensions": {"who": {"column": "note"}}}, 2), ({"dimensions": {"who": {"column": "customer_id"}}}, 2),
    ({"population": {"customer_id": PLANTED["identity"][0]}}, 2),
])
def test_what_stops_a_run_is_said_without_them(tmp_path: Path, change: dict[str, Any], code: int) -> None:
    write(tmp_path, **change)
    ended, said = run(tmp_path, "run", "job.yaml", "--period", "2026-10", "--no-send")
    assert ended == code, said
    if "population" not in change:  # there the analyst has written it into the job
        assert leaks(said.encode()) == set()
        assert {name: found for name, part in everything(tmp_path) if (found := leaks(part))} == {}


def test_what_lets_somebody_in_is_refused_before_a_row_is_read(tmp_path: Path) -> None:
    columns = JOB["frames"]["snapshots"]["columns"] | {"pin": {"column": "卡号", "kind": "category", "class": "C3"}}
    write(tmp_path, frames={"snapshots": {"from": "list", "columns": columns}})
    (tmp_path / "list.csv").unlink()
    code, said = run(tmp_path, "run", "job.yaml", "--period", "2026-10")
    assert code == 2
    assert "frames.snapshots.columns.pin: is C3" in said
