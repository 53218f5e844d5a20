"""What a page may load: files below `templates/` (`asset:`) and what it carries itself (`data:`), nothing else."""

from __future__ import annotations

import mimetypes
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from weasyprint.urls import FatalURLFetchingError, URLFetcher, URLFetcherResponse

_SHOWN = 120


class AssetFetcher(URLFetcher):  # type: ignore[misc]
    """Deny by default. A refusal is kept in `refused`, since inside an SVG WeasyPrint swallows the exception."""

    def __init__(self, folders: Sequence[Path]) -> None:
        super().__init__(timeout=1, allowed_protocols=("data", "asset"), allow_redirects=False, fail_on_errors=True)
        self.folders = [folder.resolve() for folder in folders]
        self.refused: list[str] = []

    def fetch(self, url: str, headers: Any = None) -> URLFetcherResponse:
        parts = urlsplit(url)
        if parts.scheme == "data":
            return super().fetch(url, headers)
        if parts.scheme == "asset" and not parts.netloc:
            found = self._file(unquote(parts.path).lstrip("/"))
            if found is not None:
                kind = mimetypes.guess_type(found.name)[0] or "application/octet-stream"
                return URLFetcherResponse(url, found.read_bytes(), {"Content-Type": kind})
        self.refused.append(url if len(url) <= _SHOWN else url[:_SHOWN] + "…")
        raise FatalURLFetchingError(f"refused to fetch {self.refused[-1]}")

    def _file(self, name: str) -> Path | None:
        if "\0" in name:
            return None
        for folder in self.folders:
            candidate = (folder / name).resolve()
            if candidate.is_relative_to(folder) and candidate.is_file():
                return candidate
        return None
