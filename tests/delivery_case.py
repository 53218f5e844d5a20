"""A small bank of four branches whose reports are mailed: real editions of one page each, with stamp, facts and names.

The pages are drawn by pikepdf alone, so that a run takes a second; all else is the program's own way.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from typing import Any

import pikepdf
import yaml

from reportgen import pipeline
from reportgen.archive.archive import Archive
from reportgen.context import RunContext
from reportgen.delivery.post import Post
from reportgen.issue import Edition
from reportgen.render.attached import facts_csv
from reportgen.render.stamp import NAMESPACE, PREFIX, stamp
from reportgen.runs.ledger import Ledger
from tests.run_case import BRANCHES, Bank, context, write_project

NAMES = {"B1": ("城中支行", "Chengzhong"), "B2": ("湖滨支行", "Hubin"), "B3": ("文昌支行", "Wenchang"),
         "B4": ("东门支行", "Dongmen")}
_XMP = ('<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
        '<rdf:Description rdf:about="" xmlns:{prefix}="{namespace}">{fields}</rdf:Description></rdf:RDF></x:xmpmeta>')


def page(words: str, stamped: dict[str, str], facts: bytes, pages: int = 1) -> bytes:
    """A PDF that says `words`, bears a stamp and carries facts."""
    out = BytesIO()
    with pikepdf.new() as pdf:
        font = pdf.make_indirect(pikepdf.Dictionary(Type=pikepdf.Name.Font, Subtype=pikepdf.Name.Type1,
                                                    BaseFont=pikepdf.Name.Helvetica))
        for _ in range(pages):
            pdf.add_blank_page()
            one = pdf.pages[-1]
            one.obj["/Resources"] = pikepdf.Dictionary(Font=pikepdf.Dictionary(F1=font))
            one.obj["/Contents"] = pdf.make_stream(f"BT /F1 12 Tf 40 700 Td ({words}) Tj ET".encode("ascii"))
        told = "".join(f"<{PREFIX}:{name}>{value}</{PREFIX}:{name}>" for name, value in stamped.items())
        pdf.Root.Metadata = pdf.make_stream(
            _XMP.format(prefix=PREFIX, namespace=NAMESPACE, fields=told).encode(), Type=pikepdf.Name.Metadata,
            Subtype=pikepdf.Name.XML,
        )
        pdf.attachments["facts.csv"] = pikepdf.AttachedFileSpec(pdf, facts)
        pdf.save(out, deterministic_id=True)
    return out.getvalue()


@dataclass(frozen=True)
class Stamped:
    """Renders such a page; it names the unit it is of."""

    def __call__(self, document: Any, facts: Any, edition: bytes, context: RunContext) -> bytes:
        pipeline.reread = lambda *_: None  # type: ignore[assignment] - the page is not the document's
        csv = facts_csv(facts, document.scope)
        return page(f"Report of {document.scope.rpartition(':')[2]} {document.period}",
                    stamp(document, csv, edition), csv)


def person(number: int, **more: Any) -> dict[str, Any]:
    """The recipient of branch `number`: id p1, p1@bank.test."""
    right = {"jobs": ["small"], "scopes": [f"branch:B{number}"], "from": "2020-01-01"}
    return {"id": f"p{number}", "name": {"zh-CN": f"经理{number}", "en": f"Manager {number}"},
            "mail": f"p{number}@bank.test", "may": [right], **more}


BOSS: dict[str, Any] = {"id": "boss", "name": {"zh-CN": "行长", "en": "President"}, "mail": "boss@bank.test",
                        "may": [{"jobs": ["*"], "scopes": ["bank"], "from": "2020-01-01"}]}


@dataclass
class MailingBank(Bank):
    """The project with `delivery:`, names of its branches, and a recipient for each of five scopes."""

    root: Path
    notes: Path = field(init=False)
    settings: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.notes = self.root / "notes"
        config = self.root / "config"
        config.mkdir(parents=True)
        units = {"branch": {code: {"zh-CN": zh, "en": en} for code, (zh, en) in NAMES.items()}}
        (config / "units.yaml").write_text(yaml.safe_dump(units, allow_unicode=True), "utf-8")
        self.job()
        self.recipients([BOSS, *(person(number) for number in range(1, len(BRANCHES) + 1))])
        self.delivery(self.settings)

    def job(self, **change: Any) -> None:
        write_project(self.root, units="config/units.yaml", delivery=change.pop("delivery", {"send": True}), **change)

    def recipients(self, people: list[dict[str, Any]]) -> None:
        path = self.root / "config/recipients.yaml"
        path.write_text(yaml.safe_dump({"recipients": people}, allow_unicode=True), "utf-8")

    def delivery(self, settings: dict[str, Any]) -> None:
        path = self.root / "config/delivery.yaml"
        path.write_text(yaml.safe_dump({"from": "客户部 <reports@bank.test>", **settings}, allow_unicode=True), "utf-8")

    def run(self, faults: dict[str, str] | None = None, **asked: Any) -> tuple[Edition, ...]:
        del faults
        made = context(self.root)
        return pipeline.run_job(made.job, made, render=Stamped(), **asked)

    def post(self, ledger: Ledger) -> Post:
        archive = Archive.of(self.output)
        return Post.of(self.output, self.root, ledger.database, archive)

    def ledger(self) -> Ledger:
        return Ledger.of(self.output)
