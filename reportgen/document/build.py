"""Builds a document: facts, findings, a report's sections and a language's texts become one model.

    document = build(facts, findings, job, context, "zh-CN", "bank", identify(facts, context))

Two passes: the first finds out which exhibits this data can make and how they are numbered, the second writes the
sentences that refer to them.
"""

from __future__ import annotations

from collections.abc import Mapping

from reportgen.config.job import Job
from reportgen.config.model import Locale
from reportgen.context import RunContext
from reportgen.document.amounts import with_amounts
from reportgen.document.appendix import build_appendix
from reportgen.document.comment import Comment
from reportgen.document.cover import build_cover, edition_words
from reportgen.document.draft import Draft
from reportgen.document.exhibits import Exhibit, Exhibits
from reportgen.document.model import Document, Section
from reportgen.document.printed import facts_of
from reportgen.document.printer import Printer
from reportgen.document.report import load_report
from reportgen.document.restatement import build_restatement
from reportgen.document.scopes import foot_name
from reportgen.document.seal import build_seal
from reportgen.document.sections import build_sections
from reportgen.document.texts import load_texts
from reportgen.edition import EditionIds
from reportgen.facts.restated import Restatement
from reportgen.facts.table import FactSet
from reportgen.findings.finding import Findings
from reportgen.findings.rulebook import load_rulebook


def build(
    facts: FactSet, findings: Findings, job: Job, context: RunContext, locale: Locale, scope: str,
    edition: EditionIds, comment: Comment | None = None, restated: Restatement | None = None,
) -> Document:
    """The document of one scope in one language. Raises TemplateError (exit 6) where a report's files are wrong.

    `facts` must carry the findings' statistics already; `comment` is printed as the unit head's own words;
    `restated` makes the page that says what a correction changed.
    Figures come without drawings; the charts stage adds them.
    """
    report = load_report(context, job.report)
    texts = load_texts(context, job.report, locale)
    rulebook = load_rulebook(context)

    told = with_amounts(facts, scope)

    def draft(planned: Mapping[str, Exhibit] | None) -> Draft:
        return Draft(
            told, findings, job, context, locale, scope, report, texts, rulebook, Printer(told, job, locale, scope),
            Exhibits(locale, planned), comment=comment,
        )

    plan = draft(None)
    _sections(plan, edition)
    written = draft(plan.exhibits.made)
    sections = _sections(written, edition)
    if restated is not None:
        sections = (build_restatement(written, restated, _in_order(written, sections)), *sections)
    cover = build_cover(written, edition)
    parts = (foot_name(written), cover.period, edition_words(written, edition))
    footer = (" · ".join(part for part in parts if part), cover.classification)
    return Document(
        report.report, job.job, facts.period, scope, edition.edition, locale, job.theme, cover, sections, footer,
        written.word("contents"), written.word("continued"), frozenset(written.numerals),
        facts_of(sections) | written.cited.keys(),
    )


def _in_order(draft: Draft, sections: tuple[Section, ...]) -> list[str]:
    """Ids of the facts that are printed, in the order of their first print, then what only charts draw."""
    return [*draft.cited, *sorted(facts_of(sections) - draft.cited.keys())]


def _sections(draft: Draft, edition: EditionIds) -> tuple[Section, ...]:
    """The report's sections, the appendix, and the page that seals them."""
    own = build_sections(draft)
    appendix = build_appendix(draft)
    heading = draft.texts.heading("seal")
    seal = Section("seal", "s-seal", "", heading.title, (build_seal(draft, edition),), 1, "", True)
    return (*own, *appendix, seal)
