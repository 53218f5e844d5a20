#!/usr/bin/env python3
"""Cut the fonts of the reports out of two packages of the npm registry.

    make fonts                                          fetches the packages with `npm pack`
    .venv/bin/python make_fonts.py --packages DIR       uses tarballs that are already there
    .venv/bin/python make_fonts.py --check [...]        writes nothing; exit 1 where a file would differ

Why static TrueType faces: a variable font is drawn in one weight by matplotlib, CFF outlines make larger PDFs,
and slices by Unicode range are drawn as other characters. Why a subset: a face of 14 MB becomes one of 4 MB, and
every character of 通用规范汉字表 (2013) and of GB 2312 is still there.

The bytes depend on the packages (pinned here by the registry's SHA-512) and on uharfbuzz (pinned by the lock
file), on nothing else: no clock, no locale, no order of a set.
"""

from __future__ import annotations

import argparse
import hashlib
import subprocess
import sys
import tarfile
import tempfile
from base64 import b64decode
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import uharfbuzz as hb

HERE = Path(__file__).resolve().parent
HAN_LIST = HERE / "tongyong-guifan-hanzi.txt"
VERSION = "0.4.3"


@dataclass(frozen=True)
class Family:
    """One npm package and the faces taken from it: file in the package -> file here."""

    package: str
    sha512: str
    folder: str
    faces: dict[str, str]


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


def tarball(family: Family, folder: Path) -> Path:
    """The package's tarball in `folder`, fetched there if missing; SystemExit where its hash is another."""
    path = folder / f"{family.package.lstrip('@').replace('/', '-')}-{VERSION}.tgz"
    if not path.exists():
        command = ["npm", "pack", "--silent", f"{family.package}@{VERSION}"]
        try:
            subprocess.run(command, cwd=folder, check=True, stdout=subprocess.DEVNULL)  # noqa: S603
        except (OSError, subprocess.CalledProcessError) as error:
            advice = "Install npm, or name a folder with the tarballs: --packages DIR"
            raise SystemExit(f"{' '.join(command)}: {error}. {advice}") from None
    found = hashlib.sha512(path.read_bytes()).digest()
    if found != b64decode(family.sha512):
        raise SystemExit(f"{path}: SHA-512 {found.hex()} is not the pinned {b64decode(family.sha512).hex()}")
    return path


def files(packages: Path) -> Iterator[tuple[str, bytes]]:
    """Every file to write, as its path from here and its bytes."""
    for family in FAMILIES:
        with tarfile.open(tarball(family, packages)) as tar:

            def member(name: str, tar: tarfile.TarFile = tar) -> bytes:
                stream = tar.extractfile(f"package/{name}")
                if stream is None:
                    raise SystemExit(f"{tar.name!r} holds no file package/{name}")
                return stream.read()

            yield f"{family.folder}/OFL.txt", member("LICENSE_FONT")
            for source, target in family.faces.items():
                yield f"{family.folder}/{target}", cut(member(source), target)
    yield HAN_LIST.name, HAN_LIST.read_bytes()


def main() -> int:
    """Write the fonts and HASHES, or compare them with `--check`."""
    parser = argparse.ArgumentParser(description="Cut the fonts of the reports out of two npm packages.")
    parser.add_argument("--packages", type=Path, help="folder with the two tarballs (default: fetch with npm pack)")
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
