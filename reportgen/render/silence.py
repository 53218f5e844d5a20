"""WeasyPrint's warnings as values: a report over which the renderer complained is not done."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager

_LONGEST = 300


class _Collector(logging.Handler):
    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.complaints: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        text = record.getMessage()
        # A data: URL would fill the screen; its head says which image it is.
        text = text if len(text) <= _LONGEST else text[:_LONGEST] + "…"
        if text not in self.complaints:
            self.complaints.append(text)


@contextmanager
def complaints() -> Iterator[list[str]]:
    """The warnings and errors that WeasyPrint logs within the block, each once, none of them printed."""
    logger = logging.getLogger("weasyprint")
    collector = _Collector()
    handlers, propagate, level = logger.handlers[:], logger.propagate, logger.level
    logger.handlers, logger.propagate = [collector], False
    logger.setLevel(logging.WARNING)
    try:
        yield collector.complaints
    finally:
        logger.handlers, logger.propagate = handlers, propagate
        logger.setLevel(level)
