"""The vendored faces hold what the reports need, and the script that cuts them is the one that made them."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pytest
import uharfbuzz as hb

FONTS = Path(__file__).resolve().parents[2] / "templates" / "assets" / "fonts"
FACES = sorted(FONTS.glob("*/*.ttf"))
MARKS = "▲▼△▽↑↓→−±×÷≥≤≈≠①⑳‰～—…〔〕€·“”‘’《》、。，；：？（）％"


@pytest.fixture(scope="module")
def script() -> ModuleType:
    spec = importlib.util.spec_from_file_location("make_fonts", FONTS / "make_fonts.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["make_fonts"] = module  # dataclasses look their module up
    sys.dont_write_bytecode, before = True, sys.dont_write_bytecode
    try:
        spec.loader.exec_module(module)
    finally:
        sys.dont_write_bytecode = before
    return module


def face(path: Path) -> hb.Face:
    return hb.Face(hb.Blob.from_file_path(str(path)))


def test_the_noto_families_have_a_regular_and_a_bold_and_the_kai_a_regular() -> None:
    assert {path.stem for path in FACES} == {
        "ReportKaiSC-Regular", *(f"Noto{kind}SC-{weight}" for kind in ("Sans", "Serif") for weight in ("Regular", "Bold"))
    }


def test_the_character_lists_are_whole(script: ModuleType) -> None:
    assert len(script.han()) == 8105
    assert len(script.gb2312()) == 7445
    names = {ord(character) for character in "镕喆堃"}  # in people's names, and the reason for the longer list
    assert names <= script.han()
    assert names & script.gb2312() == set()


@pytest.mark.parametrize("path", FACES, ids=lambda path: path.stem)
def test_every_required_character_is_in_every_face(path: Path, script: ModuleType) -> None:
    has = set(face(path).unicodes)
    assert (script.han() | script.gb2312() | {ord(mark) for mark in MARKS}) - has == set()


@pytest.mark.parametrize("path", [path for path in FACES if "Sans" in path.stem], ids=lambda path: path.stem)
def test_figures_of_tables_are_all_of_one_width(path: Path) -> None:
    font = hb.Font(face(path))

    def width(text: str) -> int:
        buffer = hb.Buffer()
        buffer.add_str(text)
        buffer.guess_segment_properties()
        hb.shape(font, buffer)
        return sum(position.x_advance for position in buffer.glyph_positions)

    assert {width(figure * 4) for figure in "0123456789"} == {4 * width("0")}
    assert width("1749") == width("0000")


@pytest.mark.parametrize("path", FACES, ids=lambda path: path.stem)
def test_cutting_a_face_again_changes_nothing(path: Path, script: ModuleType) -> None:
    assert script.cut(path.read_bytes(), path.name) == path.read_bytes()


@pytest.mark.parametrize("path", FACES, ids=lambda path: path.stem)
def test_the_licence_travels_in_the_file_and_the_reserved_name_is_not_used(path: Path) -> None:
    assert (path.parent / "OFL.txt").read_text(encoding="utf-8").count("SIL OPEN FONT LICENSE Version 1.1") == 1
    names = {
        entry.name_id: face(path).get_name(entry.name_id)
        for entry in face(path).list_names()
    }
    assert "SIL Open Font License" in names[13]
    assert ("LXGW" if "Kai" in path.stem else "Adobe") in names[0]
    primary = " ".join(names.get(number, "") for number in (1, 3, 4, 6, 16))
    assert not any(reserved in primary for reserved in ("Source", "LXGW", "霞鹜"))


def test_a_package_with_other_bytes_is_refused(tmp_path: Path, script: ModuleType) -> None:
    family = script.FAMILIES[0]
    (tmp_path / "expo-google-fonts-noto-sans-sc-0.4.3.tgz").write_bytes(b"something else")
    with pytest.raises(SystemExit, match="is not the pinned"):
        script.package(family, tmp_path)


def test_a_debian_package_with_other_bytes_is_refused(tmp_path: Path, script: ModuleType) -> None:
    family = next(one for one in script.FAMILIES if one.debian)
    (tmp_path / f"{family.package}_{family.version}_all.deb").write_bytes(b"!<arch>\n")
    with pytest.raises(SystemExit, match="is not the pinned"):
        script.package(family, tmp_path)


def test_the_files_of_a_debian_package_stand_in_its_data_member(script: ModuleType) -> None:
    def member(name: str, content: bytes) -> bytes:
        head = f"{name:<16}{'0':<12}{'0':<6}{'0':<6}{'100644':<8}{len(content):<10}`\n".encode()
        return head + content + b"\n" * (len(content) % 2)

    deb = b"!<arch>\n" + member("debian-binary", b"2.0") + member("control.tar.xz", b"c") + member("data.tar.xz", b"data")
    assert script.deb_data(deb) == b"data"
    with pytest.raises(SystemExit, match=r"holds no data\.tar"):
        script.deb_data(deb[:-70])
