"""Text comes in exactly or not at all."""

from __future__ import annotations

import codecs

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reportgen.errors import SourceError
from reportgen.sources.encoding import sniff, transcode

RARE = "客户,余额\n㐂䶮𠮷,1\n"


def read(tmp_path, content, encoding="auto"):
    source, target = tmp_path / "in.csv", tmp_path / "out.csv"
    source.write_bytes(content)
    found = transcode(source, target, encoding, "source 'x'")
    return found, target.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("encoding", "mark", "found"),
    [
        ("utf-8", b"", "utf-8"),
        ("utf-8", codecs.BOM_UTF8, "utf-8-sig"),
        ("gb18030", b"", "gb18030"),
        ("utf-16-le", codecs.BOM_UTF16_LE, "utf-16"),
        ("utf-16-be", codecs.BOM_UTF16_BE, "utf-16"),
    ],
)
def test_rare_characters_survive(tmp_path, encoding, mark, found):
    assert read(tmp_path, mark + RARE.encode(encoding)) == (found, RARE)


def test_an_ascii_first_megabyte_decides_nothing(tmp_path):
    text = "a,b\n" + "1,2\n" * 400_000 + "张三,3\n"
    assert read(tmp_path, text.encode("gb18030")) == ("gb18030", text)


@given(st.text(alphabet=st.characters(min_codepoint=0x4E00, max_codepoint=0x9FA5), min_size=8, max_size=60))
def test_gb18030_text_is_never_taken_for_utf8(tmp_path_factory, text):
    path = tmp_path_factory.mktemp("gb") / "x"
    path.write_bytes(text.encode("gb18030"))
    found = sniff(path, "x")
    assert path.read_bytes().decode(found) == text or found == "utf-8"


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "empty"),
        (b"a,b\n1,\x00\n", "NUL"),
        ("a,b\n张三,1\n".encode() + "李四,2\n".encode("gb18030"), "line 2 is UTF-8 while others are not"),
        (b"a,b\n\xff\xfe\xfd,1\n", "neither UTF-8 nor GB18030"),
        (b"a,b\n<<<<<<< HEAD\n1,2\n=======\n1,3\n>>>>>>> theirs\n", "line 2: a merge-conflict marker"),
        ("a,b\n锟斤拷,1\n".encode(), "line 2: text destroyed"),
        ("a,b\n\ufffd\ufffd,1\n".encode(), "line 2: text destroyed"),
        (b"a,b\n1," + b"9" * (3 << 20), "longer than"),
    ],
)
def test_what_would_come_out_wrong_is_refused(tmp_path, content, words):
    with pytest.raises(SourceError, match=words):
        read(tmp_path, content)


def test_a_stated_encoding_that_is_wrong_is_refused(tmp_path):
    with pytest.raises(SourceError, match="not utf-8 text"):
        read(tmp_path, RARE.encode("gb18030"), "utf-8")


def test_a_conflict_marker_over_a_chunk_border_is_seen(tmp_path):
    filler = "1,2\n" * ((1 << 20) // 4 - 1)
    with pytest.raises(SourceError, match="merge-conflict"):
        read(tmp_path, f"a,b\n{filler}<<<<<<< HEAD\n1,2\n".encode())
