"""What this machine must have for reports to be made, checked one by one. `reportgen doctor` prints it.

Every check is a function that returns a `Check`; none raises for trouble on the machine, none writes anything that
stays. Only the standard library is imported up front, so that the doctor still speaks where all else is missing.
"""

from __future__ import annotations

import ctypes
import ctypes.util
import hashlib
import shutil
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING

from reportgen.context import installed_home
from reportgen.errors import ReportgenError

if TYPE_CHECKING:
    from reportgen.runs.ledger import Ledger

LIBRARIES = {
    "gobject-2.0": "libgobject-2.0.so.0",
    "pango-1.0": "libpango-1.0.so.0",
    "pangoft2-1.0": "libpangoft2-1.0.so.0",
    "harfbuzz": "libharfbuzz.so.0",
    "fontconfig": "libfontconfig.so.1",
}
"""Native libraries that WeasyPrint loads, by the name the linker knows and by their file name on Linux."""
APT = "sudo apt-get install --no-install-recommends libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz0b libfontconfig1"
OLDEST_PANGO = (1, 44)
"""WeasyPrint's own lower limit."""
SPARE_BYTES = 500 * 1000 * 1000
"""A run writes a few megabytes a report and spills larger tables to disk."""
YEARS = range(2026, 2100)
LATE_TICK = timedelta(hours=2)
"""A timer calls `reportgen tick` every few minutes; after so long it has stopped."""
ZONES = ("Asia/Shanghai", "Europe/Lisbon", "UTC")


@dataclass(frozen=True, slots=True)
class Check:
    """One thing looked at: what was found and, where it is a problem, what to do."""

    name: str
    found: str
    todo: str = ""

    @property
    def ok(self) -> bool:
        return not self.todo


def examine(output: Path, now: datetime) -> Iterator[Check]:
    """All checks in the order in which a newcomer would mend them; `output` is the folder a run would write to."""
    yield packages()
    yield libraries()
    yield subsetter()
    yield home()
    yield fonts()
    yield folder(output)
    yield clock(now)
    yield zones()
    yield encoding()
    yield ledger(output)
    yield from mail(Path.cwd())
    yield tick(output, now)


def mail(start: Path) -> Iterator[Check]:
    """The server of `config/delivery.yaml` takes this sender: connected, encrypted, logged in, nothing sent."""
    from reportgen.config.delivery import DELIVERY, load_delivery
    from reportgen.context import project_root
    from reportgen.delivery.transport import Transport

    root = project_root(start)
    if not (root / DELIVERY).is_file():
        return
    try:
        server = load_delivery(root).server
    except ReportgenError as error:
        yield Check("mail", str(error.problems[0]), f"Mend {DELIVERY}.")
        return
    if server is None:
        yield Check("mail", f"no server in {DELIVERY}: mails lie in output/outbox")
        return
    with Transport(server) as transport:
        trouble = transport.trouble()
    told = f"{server.host}:{server.port}, {server.security}{', logged in' if server.user else ''}"
    yield Check("mail", f"{told.partition(',')[0]}: {trouble}" if trouble else told,
                f"Mend the server, or `server:` in {DELIVERY}." if trouble else "")


def packages(distribution: str = "reportgen") -> Check:
    """Every package that `distribution` requires is there in a version it allows."""
    try:
        from packaging.requirements import Requirement

        lines = metadata.requires(distribution) or []
    except (ImportError, metadata.PackageNotFoundError) as error:
        return Check("packages", f"{error}", "make demo in a checkout, or pip install reportgen from its wheel")
    wrong = []
    required = [item for item in map(Requirement, lines) if item.marker is None or item.marker.evaluate({"extra": ""})]
    for item in required:
        try:
            version = metadata.version(item.name)
        except metadata.PackageNotFoundError:
            wrong.append(f"{item.name} is missing, {item.specifier} expected")
            continue
        if not item.specifier.contains(version, prereleases=True):
            wrong.append(f"{item.name} is {version}, {item.specifier} expected")
    if wrong:
        return Check("packages", "; ".join(wrong), "pip install --require-hashes -r .ci/lock/runtime.txt")
    python = ".".join(map(str, sys.version_info[:3]))
    return Check("packages", f"Python {python} at {sys.executable}, {len(required)} packages as required")


def libraries() -> Check:
    """Pango and what it stands on can be loaded."""
    missing = [name for name, file in LIBRARIES.items() if _load(name, file) is None]
    if missing:
        return Check("libraries", f"cannot load {', '.join(missing)}", APT)
    pango = _load("pango-1.0", LIBRARIES["pango-1.0"])
    number = int(pango.pango_version()) if pango else 0  # 15012 is 1.50.12
    version = (number // 10000, number // 100 % 100, number % 100)
    found = f"Pango {'.'.join(map(str, version))}"
    if version < OLDEST_PANGO:
        return Check("libraries", f"{found}, 1.44 or newer expected", "Use a newer release of this system.")
    return Check("libraries", f"{found}, {', '.join(LIBRARIES)}")


def _load(name: str, file: str) -> ctypes.CDLL | None:
    for candidate in (file, ctypes.util.find_library(name)):
        if candidate:
            try:
                return ctypes.CDLL(candidate)
            except OSError:
                continue
    return None


def subsetter() -> Check:
    """HarfBuzz can cut fonts; without it a Chinese report takes about twice the time and comes out as other bytes."""
    try:
        import uharfbuzz
    except ImportError as error:
        return Check("subsetter", f"uharfbuzz: {error}", "pip install --require-hashes -r .ci/lock/runtime.txt")
    return Check("subsetter", f"uharfbuzz {uharfbuzz.__version__}, HarfBuzz {uharfbuzz.version_string()}")


def home() -> Check:
    """Templates, rules and metrics of this installation are where the program looks for them."""
    again = "Install reportgen again from its wheel, or run it from its checkout."
    try:
        place = installed_home()
    except ReportgenError as error:
        return Check("home", error.problems[0].message, again)
    parts = ("templates/base", "config/metrics", "config/rules", "config/suggestions", "config/dimensions")
    missing = [part for part in parts if not any((place / part).glob("*.*"))]
    return Check("home", f"{place} holds no {', '.join(missing)}", again) if missing else Check("home", f"{place}")


def fonts(place: Path | None = None) -> Check:
    """The font files are the ones their hashes name, and every face can be read."""
    try:
        place = place or installed_home() / "templates" / "assets" / "fonts"
    except ReportgenError as error:
        return Check("fonts", error.problems[0].message, "Install reportgen again from its wheel.")
    wrong = font_problems(place)
    if wrong:
        return Check("fonts", f"in {place}: {'; '.join(wrong)}", "git restore templates/assets/fonts, or: make fonts")
    return Check("fonts", f"{len(list(place.glob('*/*.ttf')))} faces, as their hashes say")


def font_problems(place: Path) -> list[str]:
    """What is wrong with the fonts under `place`, by its file HASHES in the format of sha256sum; [] if nothing is."""
    try:
        lines = (place / "HASHES").read_text(encoding="utf-8").splitlines()
    except OSError:
        return ["there is no file HASHES"]
    expected = {name: digest for digest, _, name in (line.partition("  ") for line in lines)}
    # What a bank lays into own/ is its own; no hash is known of it.
    faces = {path.relative_to(place).as_posix() for path in place.glob("*/*.ttf") if path.parent.name != "own"}
    wrong = [f"{name} is not in HASHES" for name in sorted(faces - set(expected))]
    for name, digest in expected.items():
        file = place / name
        if not file.is_file():
            wrong.append(f"{name} is missing")
        elif hashlib.sha256(file.read_bytes()).hexdigest() != digest:
            wrong.append(f"{name} is not the file of HASHES")
        elif name in faces and not _reads(file):
            wrong.append(f"{name} is no font that can be read")
    return wrong if faces else [*wrong, "there is no face"]


def _reads(file: Path) -> bool:
    """Whether the font has glyphs for a Chinese and a Latin letter; True where no HarfBuzz is there to ask."""
    try:
        import uharfbuzz
    except ImportError:
        return True  # `subsetter` says so already
    face = uharfbuzz.Face(uharfbuzz.Blob.from_file_path(str(file)))
    return {ord("国"), ord("a")} <= set(face.unicodes)


def folder(output: Path) -> Check:
    """Reports can be written where a run would write them, with room to spare."""
    output = output.resolve()
    there = next(place for place in (output, *output.parents) if place.exists())
    try:
        with tempfile.NamedTemporaryFile(dir=there, prefix=".reportgen-doctor-"):
            pass
    except OSError as error:
        return Check("output", f"cannot write in {there}: {error.strerror}", "Name another folder: --output DIR")
    free = shutil.disk_usage(there).free
    found = f"{output}, {free / 1e9:.1f} GB free"
    return Check("output", found, "" if free >= SPARE_BYTES else "Free 0.5 GB there, or name another: --output DIR")


def clock(now: datetime) -> Check:
    """The year is one in which this program can run."""
    found = now.strftime("%Y-%m-%d %H:%M %Z").strip()
    return Check("clock", found, "" if now.year in YEARS else "Set the clock: timedatectl set-ntp true")


def zones() -> Check:
    """Time zone data is there."""
    from zoneinfo import ZoneInfo

    for name in ZONES:
        try:
            ZoneInfo(name)
        except (KeyError, OSError):
            return Check("time zones", f"no data for {name}", "sudo apt-get install tzdata, or: pip install tzdata")
    return Check("time zones", ", ".join(ZONES))


def encoding() -> Check:
    """File names with Chinese characters can be opened."""
    name = sys.getfilesystemencoding()
    return Check("encoding", f"file names in {name}", "" if name == "utf-8" else "export PYTHONUTF8=1")


def ledger(output: Path) -> Check:
    """The run ledger can be read; a file that is not there yet is made by the first run."""
    try:
        with _ledger(output) as found:
            name = found.database.name
            if not found.database.is_there:
                return Check("run ledger", f"{name}, not there yet: the first run makes it")
            runs = len(found.runs(limit=1))
    except (ReportgenError, ImportError) as error:
        todo = getattr(error, "hint", "") or "Check REPORTGEN_LEDGER and config/runs.yaml."
        return Check("run ledger", str(error).splitlines()[0], todo)
    return Check("run ledger", f"{name}{'' if runs else ', no run yet'}")


def tick(output: Path, now: datetime) -> Check:
    """The timer that calls `reportgen tick` is alive, if it ever was set up."""
    try:
        with _ledger(output) as found:
            last = found.last_tick()
    except (ReportgenError, ImportError):
        return Check("tick", "unknown: the run ledger cannot be read")  # said already, with what to do
    if last is None:
        return Check("tick", "never called; reportgen schedule install sets up a timer for jobs with a schedule")
    told = f"{last.at.astimezone(UTC):%Y-%m-%d %H:%M} UTC on {last.host}"
    if now - last.at <= LATE_TICK:
        return Check("tick", told)
    return Check("tick", f"last called {told}", "See whether the timer runs: systemctl list-timers, crontab -l")


def _ledger(output: Path) -> Ledger:
    from reportgen.config.operations import ledger_url
    from reportgen.context import project_root
    from reportgen.runs.ledger import Ledger

    return Ledger.of(output.resolve(), ledger_url(project_root(Path.cwd())))
