"""Every shipped template as PDF/A-3u in both themes and languages, and a second opinion: PDFBox on them as PDF/A-1b.

No validator of PDF/A-3 is to be had for tests: `pdfa.structure_problems` looks at what the standard asks, qpdf at the
syntax. Preflight of PDFBox judges level 1b, so the same pages are set once more as that, without what level 1 does not
know: attachments, and the groups that WeasyPrint sets text of drawings in.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from io import BytesIO
from itertools import cycle
from pathlib import Path

import pikepdf
import pytest

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests"))

from pdfa import structure_problems  # noqa: E402
from small_bank import NINE, project  # noqa: E402

from reportgen import pipeline  # noqa: E402
from reportgen.config import load_job  # noqa: E402
from reportgen.context import RunContext  # noqa: E402
from reportgen.document.build import build  # noqa: E402
from reportgen.document.model import Document  # noqa: E402
from reportgen.edition import edition_json  # noqa: E402
from reportgen.facts.table import FactSet  # noqa: E402
from reportgen.period import Period  # noqa: E402
from reportgen.render import pdf as renderer  # noqa: E402
from reportgen.render import render_pdf  # noqa: E402

pytestmark = pytest.mark.xdist_group("pdfa")
JOBS = {**dict.fromkeys(NINE, ("2025-12", "branch:B03")), "taiwan": ("2005-09", "bank")}
"""Job to a period and scope; between them every folder of templates/ that holds a report."""
LOOKS = (("zh-CN", "report"), ("en", "gongwen"))
JARS = ("preflight", "pdfbox2", "fontbox2", "xmpbox", "commons-logging", "javax.activation", "jaxb-api")


@dataclass(frozen=True)
class Look:
    """A report's document in one language and theme, and what its PDF is made of."""

    document: Document
    facts: FactSet
    attached: bytes
    context: RunContext

    @cached_property
    def pdf(self) -> bytes:
        return self.render()

    def render(self) -> bytes:
        return render_pdf(self.document, self.facts, self.attached, self.context)


def looks(job_path: Path, period: str, scope: str, output: Path) -> Iterator[Look]:
    job = load_job(job_path)
    context = RunContext.create(job, Period.parse(period), output=output)
    everything = pipeline.gather(job, context)
    for locale, theme in LOOKS:
        other = job.model_copy(update={"theme": theme, "locales": (locale,)})
        unit = pipeline.unit_of(other, context, everything, scope)
        document = pipeline.illustrate(build(
            unit.facts, unit.findings, other, context, locale, unit.scope, unit.ids, unit.comment, unit.restated
        ))
        yield Look(document, unit.facts, edition_json(unit.ids, unit.facts, context, scope), context)
    context.clean()


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> dict[tuple[str, str], Look]:
    """Every report in the looks of `LOOKS`, by job and theme."""
    root = tmp_path_factory.mktemp("pdfa") / "bank"
    project(root)
    found = {}
    for name, (period, scope) in JOBS.items():
        home = root if name in NINE else ROOT
        for look in looks(home / f"config/jobs/{name}.yaml", period, scope, root / "output"):
            found[name, look.document.theme] = look
    return found


EVERY = [(name, theme) for name in JOBS for _, theme in LOOKS]


def test_no_template_is_left_out(made: dict[tuple[str, str], Look]) -> None:
    reports = {path.parent.name for path in (ROOT / "templates").glob("*/report.yaml")}
    assert {look.document.report for look in made.values()} == reports
    assert {look.document.theme for look in made.values()} == {"report", "gongwen"}


@pytest.mark.parametrize(("name", "theme"), EVERY)
def test_it_is_pdfa_3u_as_far_as_can_be_seen(
    made: dict[tuple[str, str], Look], name: str, theme: str, tmp_path: Path
) -> None:
    path = tmp_path / "report.pdf"
    path.write_bytes(made[name, theme].pdf)
    assert structure_problems(path.read_bytes()) == []
    told = subprocess.run(["qpdf", "--check", str(path)], capture_output=True, text=True, check=False)
    assert told.returncode == 0, told.stdout + told.stderr


def as_level_1b(look: Look, monkeypatch: pytest.MonkeyPatch) -> bytes:
    """The same pages as PDF/A-1b: nothing attached, drawings' text set without a group of its own."""
    monkeypatch.setattr(renderer, "VARIANT", "pdf/a-1b")
    monkeypatch.setattr(renderer, "_attachments", lambda *_: [])
    with pikepdf.open(BytesIO(look.render())) as pdf:
        for one in pdf.objects:
            if isinstance(one, pikepdf.Stream) and "/Group" in one:
                del one["/Group"]
        kept = BytesIO()
        pdf.save(kept, static_id=True, object_stream_mode=pikepdf.ObjectStreamMode.disable)
    return kept.getvalue()


def preflight(folder: Path) -> str:
    """What PDFBox's Preflight says of every PDF of a folder."""
    jars = [Path("/usr/share/java", f"{name}.jar") for name in JARS]
    missing = [jar.name for jar in jars if not jar.is_file()] + ([] if shutil.which("java") else ["java"])
    if missing:
        why = f"no second opinion on PDF/A: {', '.join(missing)} missing; install libpdfbox2-java and libjaxb-api-java"
        (pytest.fail if os.environ.get("CI") else pytest.skip)(why)
    command = ["java", "-Xmx1g", "-cp", ":".join(map(str, jars)), "org.apache.pdfbox.preflight.Validator_A1b"]
    files = sorted(folder.glob("*.pdf"))
    return "".join(
        subprocess.run([*command, str(path)], capture_output=True, text=True, check=False).stdout for path in files
    )


def test_pdfbox_finds_every_template_valid_as_level_1b(
    made: dict[tuple[str, str], Look], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number, (name, (_, theme)) in enumerate(zip(JOBS, cycle(LOOKS), strict=False)):
        (tmp_path / f"{number}-{name}.pdf").write_bytes(as_level_1b(made[name, theme], monkeypatch))
    told = preflight(tmp_path)
    assert re.findall(r"^(?!The file .* is a valid PDF/A-1b file$).+", told, re.MULTILINE) == []
    assert told.count("is a valid PDF/A-1b file") == len(JOBS)


def test_pdfbox_sees_what_is_wrong(made: dict[tuple[str, str], Look], tmp_path: Path) -> None:
    (tmp_path / "report.pdf").write_bytes(made["tiering", "report"].pdf)  # level 3u, with attachments
    assert "is not a valid PDF/A-1b file" in preflight(tmp_path)


def damaged(data: bytes, change: Callable[[pikepdf.Pdf], None]) -> bytes:
    with pikepdf.open(BytesIO(data)) as pdf:
        change(pdf)
        out = BytesIO()
        pdf.save(out, object_stream_mode=pikepdf.ObjectStreamMode.preserve)
    return out.getvalue()


def without(name: str) -> Callable[[pikepdf.Pdf], None]:
    return lambda pdf: pdf.Root.__delitem__(name)


def font_taken(pdf: pikepdf.Pdf) -> None:
    for one in pdf.objects:
        if isinstance(one, pikepdf.Dictionary) and one.get("/Type") == "/FontDescriptor":
            del one["/FontFile2"]


def script(pdf: pikepdf.Pdf) -> None:
    pdf.Root.OpenAction = pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS="app.alert(1)")


def four_inks(pdf: pikepdf.Pdf) -> None:
    page = pdf.pages[0]
    page.contents_add(b"0 0 0 1 k", prepend=True)


def other_title(pdf: pikepdf.Pdf) -> None:
    pdf.docinfo["/Title"] = "another"


def hidden(pdf: pikepdf.Pdf) -> None:
    for one in pdf.objects:
        if isinstance(one, pikepdf.Dictionary) and one.get("/Type") == "/Annot":
            one.F = 2


DAMAGE: dict[str, tuple[Callable[[pikepdf.Pdf], None], str]] = {
    "intent": (without("/OutputIntents"), "intent: not one"),
    "language": (without("/Lang"), "tags: no language"),
    "font": (font_taken, "is not embedded"),
    "script": (script, "/JavaScript|/OpenAction"),
    "inks": (four_inks, "four inks"),
    "title": (other_title, "/Title is another"),
    "hidden": (hidden, "not printed"),
    "unlisted": (without("/AF"), "are attached"),
}


@pytest.mark.parametrize("harm", DAMAGE)
def test_the_structure_test_finds_harm(made: dict[tuple[str, str], Look], harm: str) -> None:
    change, said = DAMAGE[harm]
    assert re.search(said, " ".join(structure_problems(damaged(made["tiering", "report"].pdf, change))))
