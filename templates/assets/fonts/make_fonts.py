#!/usr/bin/env python3
"""Cut the fonts of the reports out of two packages of the npm registry and one of Debian's.

    make fonts                                          fetches them with `npm pack` and `apt-get download`
    .venv/bin/python make_fonts.py --packages DIR       uses tarballs that are already there
    .venv/bin/python make_fonts.py --check [...]        writes nothing; exit 1 where a file would differ

Why static TrueType faces: a variable font is drawn in one weight by matplotlib, CFF outlines make larger PDFs,
and slices by Unicode range are drawn as other characters. Why a subset: a face of 14 MB becomes one of 4 MB, and
every character of 通用规范汉字表 (2013) and of GB 2312 is still there.

The bytes depend on the packages (pinned here by SHA-512) and on uharfbuzz and fontTools (pinned by the lock file),
on nothing else: no clock, no locale, no order of a set.
"""

from __future__ import annotations

import argparse
import hashlib
import subprocess
import sys
import tarfile
import tempfile
from base64 import b64decode
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

import uharfbuzz as hb
from fontTools.ttLib import TTFont

HERE = Path(__file__).resolve().parent
HAN_LIST = HERE / "tongyong-guifan-hanzi.txt"
VERSION = "0.4.3"


@dataclass(frozen=True)
class Family:
    """One package and the faces taken from it: file in the package -> file here."""

    package: str
    sha512: str
    folder: str
    faces: dict[str, str]
    version: str = VERSION
    debian: bool = False
    """Fetched with apt-get, not with npm."""
    licence: str = "LICENSE_FONT"
    """File of the package that holds the licence."""
    name: str = ""
    """The family's name here, where a reserved font name forbids a cut face to keep its own."""


FAMILIES = (
    Family(
        "@expo-google-fonts/noto-sans-sc",
        "9rAwdFTFHbO/u6Cs0gj2jZbW74TGIiaFNQnXYH2s5wA1bzVkwbaviL4t8YUV642eGYjg86eH6DkAEQmfNHDncQ==",
        "noto-sans-sc",
        {
            "400Regular/NotoSansSC_400Regular.ttf": "NotoSansSC-Regular.ttf",
            "700Bold/NotoSansSC_700Bold.ttf": "NotoSansSC-Bold.ttf",
        },
    ),
    Family(
        "@expo-google-fonts/noto-serif-sc",
        "fSmUpiSFtSeyHV45/2xUOy5SdfExklQwwMKN3cQjAZAujITHDmSbpMHCVdCMhRqMjQtu0ZRgc29u8A+CU3akfw==",
        "noto-serif-sc",
        {
            "400Regular/NotoSerifSC_400Regular.ttf": "NotoSerifSC-Regular.ttf",
            "700Bold/NotoSerifSC_700Bold.ttf": "NotoSerifSC-Bold.ttf",
        },
    ),
    Family(
        "fonts-lxgw-wenkai",
        "YP70DhJ0mZsUUvfqrTFplf9Ie5RzTTOy8GrA9DLx/YElspDX4ef+xK18STBr47Iywbvhg+X8l7ObAA8uku9n7g==",
        "report-kai-sc",
        {"usr/share/fonts/truetype/lxgw-wenkai/LXGWWenKai-Regular.ttf": "ReportKaiSC-Regular.ttf"},
        version="1.250+repack-1",
        debian=True,
        licence="usr/share/doc/fonts-lxgw-wenkai/copyright",
        name="Report Kai SC",
    ),
)

BLOCKS = (
    (0x0020, 0x007E),  # ASCII
    (0x00A0, 0x017F),  # Latin-1, Latin Extended-A
    (0x2010, 0x205E),  # dashes, quotes, ‰, …
    (0x2070, 0x209C),  # superscripts and subscripts
    (0x20AC, 0x20AC),  # €
    (0x2103, 0x2122),  # ℃ № ™
    (0x2160, 0x2179),  # Roman numerals
    (0x2190, 0x2199),  # arrows
    (0x2200, 0x22FF),  # − ≈ ≠ ≤ ≥ and the other mathematical signs the fonts have
    (0x2460, 0x2473),  # ① to ⑳
    (0x25A0, 0x25FF),  # ▲ △ ▼ ▽ ■ ● and their like
    (0x2605, 0x2606),  # ★ ☆
    (0x2713, 0x2713),  # ✓
    (0x3000, 0x303F),  # CJK punctuation
    (0xFF01, 0xFFEE),  # full-width forms
)
"""Taken where the font has them; the characters of `han()` and `gb2312()` must all be there."""

FEATURES = ("ccmp", "liga", "locl", "kern", "mark", "palt", "halt", "tnum", "lnum", "fwid", "hwid", "pwid", "chws")
"""Kept where the font has them. Vertical setting is not used; its features and tables go."""
VERTICAL_TABLES = ("vhea", "vmtx", "VORG")


def han() -> set[int]:
    """The 8,105 characters of 通用规范汉字表, as code points."""
    lines = HAN_LIST.read_text(encoding="utf-8").splitlines()
    return {ord(character) for line in lines if not line.startswith("#") for character in line}


def gb2312() -> set[int]:
    """The 7,445 characters of GB 2312, as code points, from Python's own codec."""
    found = set()
    for row in range(0xA1, 0xF8):
        for cell in range(0xA1, 0xFF):
            try:
                found.add(ord(bytes((row, cell)).decode("gb2312")))
            except UnicodeDecodeError:
                continue
    return found


def tag(name: str) -> int:
    """An OpenType tag as the number HarfBuzz wants."""
    return int.from_bytes(name.encode("ascii"), "big")


def cut(font: bytes, name: str) -> bytes:
    """The face with only the characters and features named above; SystemExit where a required one is missing."""
    face = hb.Face(hb.Blob(font))
    has = set(face.unicodes)
    required = han() | gb2312()
    if required - has:
        lacking = ", ".join(f"U+{point:04X}" for point in sorted(required - has))
        raise SystemExit(f"{name}: the font lacks {lacking}")
    wish = required | {point for first, last in BLOCKS for point in range(first, last + 1)}
    plan = hb.SubsetInput()
    plan.sets(hb.SubsetInputSets.UNICODE).update(sorted(wish & has))
    features = plan.sets(hb.SubsetInputSets.LAYOUT_FEATURE_TAG)
    features.clear()
    features.update(tag(feature) for feature in FEATURES)
    plan.sets(hb.SubsetInputSets.DROP_TABLE_TAG).update(tag(table) for table in VERTICAL_TABLES)
    names = plan.sets(hb.SubsetInputSets.NAME_ID)
    names.clear()
    names.update(range(26))  # copyright and licence among them: the OFL asks for both
    return bytes(hb.subset(face, plan).blob.data)


def renamed(font: bytes, family: str) -> bytes:
    """The face under another family name; its copyright, licence and version stay."""
    opened = TTFont(BytesIO(font), recalcBBoxes=False, recalcTimestamp=False)
    table = opened["name"]
    keep = {0, 5, 7, 9, 12, 13, 14}
    table.names = [entry for entry in table.names if entry.nameID in keep and entry.platformID == 3]
    postscript = f"{family.replace(' ', '')}-Regular"
    for number, text in {1: family, 2: "Regular", 3: postscript, 4: family, 6: postscript}.items():
        table.setName(text, number, 3, 1, 0x409)
    out = BytesIO()
    opened.save(out)
    return out.getvalue()


def package(family: Family, folder: Path) -> Path:
    """The package's file in `folder`, fetched there if missing; SystemExit where its hash is another."""
    if family.debian:
        path = folder / f"{family.package}_{family.version}_all.deb"
        command = ["apt-get", "download", "-qq", f"{family.package}={family.version}"]
    else:
        path = folder / f"{family.package.lstrip('@').replace('/', '-')}-{family.version}.tgz"
        command = ["npm", "pack", "--silent", f"{family.package}@{family.version}"]
    if not path.exists():
        try:
            subprocess.run(command, cwd=folder, check=True, stdout=subprocess.DEVNULL)  # noqa: S603
        except (OSError, subprocess.CalledProcessError) as error:
            advice = f"Install {command[0]}, or name a folder with the packages: --packages DIR"
            raise SystemExit(f"{' '.join(command)}: {error}. {advice}") from None
    found = hashlib.sha512(path.read_bytes()).digest()
    if found != b64decode(family.sha512):
        raise SystemExit(f"{path}: SHA-512 {found.hex()} is not the pinned {b64decode(family.sha512).hex()}")
    return path


@contextmanager
def members(family: Family, path: Path) -> Iterator[Callable[[str], bytes]]:
    """A function from a name inside the package to the file's bytes."""
    archive = BytesIO(deb_data(path.read_bytes())) if family.debian else BytesIO(path.read_bytes())
    head = "./" if family.debian else "package/"
    with tarfile.open(fileobj=archive) as tar:

        def member(name: str) -> bytes:
            stream = tar.extractfile(head + name)
            if stream is None:
                raise SystemExit(f"{path} holds no file {name}")
            return stream.read()

        yield member


def deb_data(deb: bytes) -> bytes:
    """The tar archive of a Debian package's files: the member `data.tar.*` of its ar archive."""
    at = 8  # behind the magic line
    while at + 60 <= len(deb):
        name, size = deb[at:at + 16].decode("ascii").strip(), int(deb[at + 48:at + 58])
        if name.startswith("data.tar"):
            return deb[at + 60:at + 60 + size]
        at += 60 + size + size % 2
    raise SystemExit("the Debian package holds no data.tar")


def licence(family: Family, text: bytes) -> bytes:
    """The licence to lay beside the faces: the package's own file, or its part on the fonts in Debian's form."""
    if not family.debian:
        return text
    whole = text.decode()
    fonts = whole[whole.index("Files: *"):whole.index("Files: debian/*")]
    terms = whole[whole.index("License: OFL-1.1\n ---"):whole.index("License: GPL-3+\n This")]
    return (fonts + terms).replace("\n .\n", "\n\n").replace("\n ", "\n").encode()


def files(packages: Path) -> Iterator[tuple[str, bytes]]:
    """Every file to write, as its path from here and its bytes."""
    for family in FAMILIES:
        with members(family, package(family, packages)) as member:
            yield f"{family.folder}/OFL.txt", licence(family, member(family.licence))
            for source, target in family.faces.items():
                font = member(source)
                yield f"{family.folder}/{target}", cut(renamed(font, family.name) if family.name else font, target)
    yield HAN_LIST.name, HAN_LIST.read_bytes()


def main() -> int:
    """Write the fonts and HASHES, or compare them with `--check`."""
    parser = argparse.ArgumentParser(description="Cut the fonts of the reports out of their packages.")
    parser.add_argument("--packages", type=Path, help="folder with the packages (default: fetch them)")
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 where a file would differ")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        made = dict(files((arguments.packages or Path(scratch)).resolve()))
    hashes = "".join(f"{hashlib.sha256(content).hexdigest()}  {name}\n" for name, content in sorted(made.items()))
    made["HASHES"] = hashes.encode()
    differ = 0
    for name, content in made.items():
        path = HERE / name
        if path.exists() and path.read_bytes() == content:
            continue
        differ += 1
        sys.stdout.write(f"{'differs' if arguments.check else 'written'}  {name}  {len(content):,} bytes\n")
        if not arguments.check:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
    return 1 if arguments.check and differ else 0


if __name__ == "__main__":
    sys.exit(main())
