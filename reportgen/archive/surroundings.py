"""What an edition was made with: the program, its packages, the native libraries beneath them, the machine's settings.

Versions are those at work in this process. What cannot be asked is named `unknown` rather than left out.
"""

from __future__ import annotations

import ctypes
import os
import platform
import pwd
import re
import socket
import sys
import zlib
from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from importlib import metadata
from pathlib import Path

from reportgen import __version__
from reportgen.archive.entry import UNKNOWN
from reportgen.doctor import LIBRARIES

SETTINGS = ("TZ", "LANG", "LC_ALL", "SOURCE_DATE_EPOCH")
"""Environment variables that may reach a page or a file's dates."""
LOCK = (".ci", "lock", "runtime.txt")
_FREETYPE = "libfreetype.so.6"


def native() -> dict[str, str]:
    """Library to version: those WeasyPrint sets pages with, and those that packages bring along."""
    asked: dict[str, Callable[[], str]] = {
        "pango": lambda: _text("pango-1.0", "pango_version_string"),
        "harfbuzz": lambda: _text("harfbuzz", "hb_version_string"),
        "fontconfig": lambda: _dotted(_library("fontconfig").FcGetVersion(), 100),
        "glib": _glib,
        "freetype": _freetype,
        "harfbuzz (uharfbuzz)": _uharfbuzz,
        "qpdf (pikepdf)": _qpdf,
        "pdfium (pypdfium2)": _pdfium,
        "zlib": lambda: zlib.ZLIB_RUNTIME_VERSION,
    }
    return {name: _asked(version) for name, version in asked.items()}


def _asked(version: Callable[[], str]) -> str:
    try:
        return version() or UNKNOWN
    except (OSError, AttributeError, ImportError, ValueError):
        return UNKNOWN


def _library(name: str) -> ctypes.CDLL:
    return ctypes.CDLL(LIBRARIES[name])


def _text(library: str, function: str) -> str:
    asked = getattr(_library(library), function)
    asked.restype = ctypes.c_char_p
    answer: bytes = asked()
    return answer.decode("ascii")


def _dotted(number: int, base: int) -> str:
    """21301 with base 100 is 2.13.1."""
    return f"{number // base**2}.{number // base % base}.{number % base}"


def _glib() -> str:
    library = ctypes.CDLL("libglib-2.0.so.0")
    parts = (ctypes.c_uint.in_dll(library, f"glib_{part}_version").value for part in ("major", "minor", "micro"))
    return ".".join(map(str, parts))


def _freetype() -> str:
    library = ctypes.CDLL(_FREETYPE)
    handle = ctypes.c_void_p()
    if library.FT_Init_FreeType(ctypes.byref(handle)):
        return UNKNOWN
    parts = [ctypes.c_int() for _ in range(3)]
    library.FT_Library_Version(handle, *(ctypes.byref(part) for part in parts))
    library.FT_Done_FreeType(handle)
    return ".".join(str(part.value) for part in parts)


def _uharfbuzz() -> str:
    import uharfbuzz

    return str(uharfbuzz.version_string())


def _qpdf() -> str:
    import pikepdf

    return pikepdf.__libqpdf_version__


def _pdfium() -> str:
    from pypdfium2 import version  # type: ignore[import-untyped]

    return str(version.PDFIUM_INFO)


@lru_cache(maxsize=1)
def _packages() -> tuple[tuple[str, str], ...]:
    return tuple(sorted(_required("reportgen")))


def packages() -> dict[str, str]:
    """Name to version of every package that the program needs, directly or not, sorted; extras left out."""
    return dict(_packages())


def _required(distribution: str) -> Iterator[tuple[str, str]]:
    from packaging.requirements import Requirement
    from packaging.utils import canonicalize_name

    pending = [(distribution, "")]
    seen: set[tuple[str, str]] = set()
    while pending:
        one = pending.pop()
        if one in seen:
            continue
        seen.add(one)
        name, extra = one
        try:
            found = metadata.distribution(name)
        except metadata.PackageNotFoundError:
            yield name, UNKNOWN
            continue
        if name != distribution:
            yield name, found.version
        for item in map(Requirement, found.requires or ()):
            if item.marker is None or item.marker.evaluate({"extra": extra}):
                pending += [(canonicalize_name(item.name), wanted) for wanted in ("", *item.extras)]


def lock_file(home: Path) -> Path | None:
    """The lock file of the runtime packages; None in an installation from a wheel, which has none."""
    path = home.joinpath(*LOCK)
    return path if path.is_file() else None


def code() -> dict[str, object]:
    """`version`, `python`, `platform`, `packages`, `native` and `environment`, as a manifest holds them."""
    return {
        "version": __version__,
        "python": f"{platform.python_implementation()} {platform.python_version()}",
        "platform": f"{sys.platform} {platform.machine()} {' '.join(platform.libc_ver())}".rstrip(),
        "packages": packages(),
        "native": native(),
        "environment": environment(),
    }


def environment(variables: Mapping[str, str] | None = None) -> dict[str, str]:
    """The settings of `SETTINGS` that are set, by name."""
    known = os.environ if variables is None else variables
    return {name: known[name] for name in SETTINGS if name in known}


def operator() -> dict[str, str]:
    """Operating-system `user` and `host`; `unknown` where the system has no name for them.

    The user is the process's own: USER and LOGNAME can say anything, and approvals rest on this name.
    """
    try:
        user = pwd.getpwuid(os.getuid()).pw_name
    except KeyError:
        user = str(os.getuid())
    return {"user": user, "host": socket.gethostname() or UNKNOWN}


def differences(then: Mapping[str, object], now: Mapping[str, object], prefix: str = "") -> tuple[str, ...]:
    """What differs between two surroundings, `native.pango: 1.50.12 then, 1.54.0 now`, sorted; nested ones unfolded."""
    told: list[str] = []
    for name in sorted(then.keys() | now.keys()):
        before, after = then.get(name, ""), now.get(name, "")
        if isinstance(before, Mapping) or isinstance(after, Mapping):
            old, new = (one if isinstance(one, Mapping) else {} for one in (before, after))
            told += differences(old, new, f"{prefix}{name}.")
        elif before != after:
            told.append(f"{prefix}{name}: {_shown(before)} then, {_shown(after)} now")
    return tuple(told)


def _shown(value: object) -> str:
    text = str(value) or "none"
    return text[:12] + "…" if re.fullmatch(r"[0-9a-f]{64}", text) else text
