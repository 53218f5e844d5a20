"""The word 续表 / (continued) on the second and later pages of a table.

A table's caption stands in its head, which WeasyPrint repeats on every page; the word is laid out there from the
start but invisible, so that showing it moves nothing. After layout, each repetition shows it.
"""

from __future__ import annotations

from typing import Any

CLASS = "continued"


def mark_continued(pages: Any) -> int:
    """Show the word wherever a table's head stands again; returns how many heads were marked."""
    seen: dict[Any, int] = {}
    marked = 0
    for number, page in enumerate(pages.pages):
        for box in page._page_box.descendants():  # noqa: SLF001  WeasyPrint publishes no way to the boxes
            element = getattr(box, "element", None)
            if box.element_tag != "span" or element is None or element.get("class") != CLASS:
                continue
            if seen.setdefault(element, number) == number:
                continue
            marked += 1
            for inside in box.descendants():
                inside.style = inside.style.copy()
                inside.style["visibility"] = "visible"
    return marked
