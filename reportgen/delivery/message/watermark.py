"""The recipient's name and address at the foot of each page of their copy, and the copy without them again.

The line is drawn by one content stream and one form of its own, so that it can be taken away exactly: what is left is
the archived PDF, which `content_digest` shows.
"""

from __future__ import annotations

import hashlib
from io import BytesIO
from typing import Any

from reportgen.context import Shelf

_NAME = "/ReportgenCopy"
_BEFORE = b"q\n"
_DRAW = b"\nQ\n/Artifact BMC\nq /ReportgenCopy Do Q\nEMC\n"


def watermarked(pdf: bytes, text: str, shelf: Shelf) -> bytes:
    """The PDF with `text` on every page; the same bytes for the same text. RenderError (exit 7) for a missing glyph."""
    import pikepdf

    from reportgen.render.overlay import foot_line

    forms: dict[tuple[float, float], Any] = {}
    out = BytesIO()
    with pikepdf.open(BytesIO(pdf)) as opened:
        for page in opened.pages:
            left, bottom, right, top = (float(edge) for edge in page.mediabox)
            size = (right - left, top - bottom)
            if size not in forms:
                with pikepdf.open(BytesIO(foot_line(text, *size, shelf))) as drawn:
                    forms[size] = opened.copy_foreign(drawn.pages[0].as_form_xobject())
            _draw(page, forms[size])
        opened.save(out, deterministic_id=True)
    return out.getvalue()


def _draw(page: Any, form: Any) -> None:
    import pikepdf

    resources = page.obj.get("/Resources", pikepdf.Dictionary())
    # Pages may share their resources; one page's form must not become another's.
    own = pikepdf.Dictionary({**dict(resources.items())})
    drawn = pikepdf.Dictionary({**dict(own.get("/XObject", pikepdf.Dictionary()).items()), _NAME: form})
    own["/XObject"] = drawn
    page.obj["/Resources"] = own
    page.contents_add(_BEFORE, prepend=True)
    page.contents_add(_DRAW)


def content_digest(pdf: bytes, password: str = "") -> str:
    """sha256 of what a PDF holds, however it is encrypted, compressed or numbered, and without a recipient's line.

    A sealed or marked copy has the digest of the archived PDF it was made from, and of no other. Raises
    pikepdf.PasswordError for another password, pikepdf.PdfError for what is no PDF.
    """
    import pikepdf

    out = BytesIO()
    with pikepdf.open(BytesIO(pdf), password=password) as opened:
        for page in opened.pages:
            _normal(opened, page)
        for place, key in ((opened.trailer, "/ID"), (opened.Root, "/Extensions")):  # encryption names its version there
            if key in place:
                del place[key]
        opened.save(
            out, deterministic_id=True, compress_streams=False, object_stream_mode=pikepdf.ObjectStreamMode.disable,
            stream_decode_level=pikepdf.StreamDecodeLevel.generalized, encryption=False,
            force_version="1.7",
        )
    return hashlib.sha256(out.getvalue()).hexdigest()


def _normal(opened: Any, page: Any) -> None:
    """The page's contents as one stream and its resources as its own, without the line where it has one."""
    import pikepdf

    contents = page.obj.get("/Contents", pikepdf.Array())
    streams = list(contents) if isinstance(contents, pikepdf.Array) else [contents]
    if len(streams) > 2 and streams[0].read_bytes() == _BEFORE and streams[-1].read_bytes() == _DRAW:
        streams = streams[1:-1]
    whole = b"\n".join(one.read_bytes() for one in streams)
    page.obj["/Contents"] = opened.make_stream(whole)
    own = pikepdf.Dictionary({**dict(page.obj.get("/Resources", pikepdf.Dictionary()).items())})
    drawn = {name: one for name, one in own.get("/XObject", pikepdf.Dictionary()).items() if name != _NAME}
    if "/XObject" in own:
        del own["/XObject"]
    if drawn:
        own["/XObject"] = pikepdf.Dictionary(drawn)
    page.obj["/Resources"] = own
