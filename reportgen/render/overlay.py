"""A line of small type at the foot of an otherwise empty page, to be laid over another: whose copy this is."""

from __future__ import annotations

from html import escape

from reportgen.context import Shelf
from reportgen.errors import Problem, RenderError
from reportgen.render.fonts import coverage

_STATE = "No PDF was written."
_FACE = ("templates", "assets", "fonts", "noto-sans-sc", "NotoSansSC-Regular.ttf")
_PAGE = """<html><head><title></title><style>
@font-face {{ font-family: Foot; src: url(asset:/{font}) }}
@page {{ size: {width:.3f}pt {height:.3f}pt; margin: 0 }}
body {{ margin: 0; font-family: Foot; font-size: 6pt; line-height: 1.3; color: #7b8491 }}
p {{ position: absolute; margin: 0; left: 12mm; right: 12mm; bottom: 3.5mm; text-align: center;
     overflow-wrap: anywhere }}
</style></head><body><p>{text}</p></body></html>"""


def foot_line(text: str, width: float, height: float, shelf: Shelf) -> bytes:
    """A PDF of one page of that size (points) with the line and the font it needs; the same bytes for the same text.

    Raises RenderError (exit 7) for a character that the font does not have.
    """
    from weasyprint import HTML

    from reportgen.render import subset
    from reportgen.render.fetch import AssetFetcher
    from reportgen.render.silence import complaints

    font = shelf.shared(*_FACE)
    for sign in sorted(set(text)):
        if ord(sign) not in coverage(font):
            why = f"no font has {sign!r} (U+{ord(sign):04X}) in {text!r}."
            raise RenderError(Problem("watermark", why), state=_STATE)
    subset.install()
    page = _PAGE.format(font=font.name, width=width, height=height, text=escape(text))
    with complaints() as found:
        made = HTML(string=page, url_fetcher=AssetFetcher([font.parent])).write_pdf(pdf_identifier=b"reportgen")
    if found:
        raise RenderError([Problem("watermark", one) for one in found], state=_STATE)
    assert isinstance(made, bytes)
    return made
