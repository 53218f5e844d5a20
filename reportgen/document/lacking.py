"""What this bank's data cannot carry, in words: grouped by what is missing."""

from __future__ import annotations

from collections.abc import Iterable

from reportgen.document.blocks.caption import plain_title
from reportgen.document.draft import Draft, Left
from reportgen.document.report import BlockEntry
from reportgen.document.sentence import slot
from reportgen.facts.table import Omission


def need_words(draft: Draft, need: str) -> str:
    """`snapshots.age` as 客户快照的年龄; words the text files do not know stay as they are."""
    words = draft.texts.words
    role, dot, column = need.partition(".")
    if need in ("two dates", "monthly dates", "daily balances", "withheld"):
        return words.get(f"need.{need.replace(' ', '_')}", need)
    if not dot or f"role.{role}" not in words:
        return need
    name = words.get(f"column.{column}", column)
    return draft.phrase("need.column", role=words[f"role.{role}"], column=name)


def lacking(draft: Draft) -> list[tuple[str, str]]:
    """(what is missing, what was therefore left out) pairs, each missing thing once."""
    omitted = {one.subject: one for one in draft.facts.omissions}
    groups: dict[str, list[str]] = {}
    for left in draft.left:
        reason = _reason(draft, left, omitted)
        groups.setdefault(reason, []).append(_name(draft, left))
    for metric in _asked_metrics(draft):
        if metric in omitted:
            reason = _joined(draft, omitted[metric].needs)
        elif withheld_of(draft, metric) and not held(draft, metric):
            reason = draft.word("need.withheld")
        elif draft.scope != "bank" and metric in draft.facts.metrics and not held(draft, metric):
            reason = draft.word("need.bank_only")
        else:
            continue
        groups.setdefault(reason, []).append(draft.metric_label(metric))
    gap = "、" if draft.locale == "zh-CN" else "; "
    return [(reason, gap.join(dict.fromkeys(names))) for reason, names in groups.items()]


def _joined(draft: Draft, needs: Iterable[str]) -> str:
    gap = "、" if draft.locale == "zh-CN" else ", "
    return gap.join(need_words(draft, need) for need in needs)


def _reason(draft: Draft, left: Left, omitted: dict[str, Omission]) -> str:
    """The block's own needs, else those of the metrics and dimensions it asks for."""
    if left.needs:
        return _joined(draft, left.needs)
    entry = _block(draft, left.id)
    settings = entry.settings if entry else None
    asked = [slot(text).name for text in entry.metrics] if entry else []
    subjects = [*asked, *_dimensions(settings)]
    needs = [need for one in subjects if one in omitted for need in omitted[one].needs]
    if not needs and any(withheld_of(draft, name) for name in asked):
        needs = ["withheld"]
    if needs:
        return _joined(draft, dict.fromkeys(needs))
    views = [draft.dimension(name) for name in _dimensions(settings)]
    if draft.scope != "bank" and any(view is not None and view.spatial for view in views):
        return draft.word("need.spatial")
    if draft.scope != "bank" and not any(held(draft, name) for name in asked):
        return draft.word("need.bank_only")
    return _absent(draft, settings)


def _absent(draft: Draft, settings: object) -> str:
    absent = [one for one in _dimensions(settings) if draft.dimension(one) is None]
    if not absent:
        return draft.texts.word("need.too_few")
    gap = "、" if draft.locale == "zh-CN" else ", "
    return draft.phrase("need.dimension", names=gap.join(absent))


def _dimensions(settings: object) -> list[str]:
    names = (getattr(settings, key, None) for key in ("by", "dimension", "against", "each"))
    return [name for name in names if isinstance(name, str)]


def _block(draft: Draft, name: str) -> BlockEntry | None:
    return next((one for one in draft.report.blocks() if getattr(one.settings, "id", None) == name), None)


def _name(draft: Draft, left: Left) -> str:
    """A section's title, a test's dimensions, else the exhibit's own name."""
    heading = draft.texts.sections.get(left.id)
    if heading is not None:
        return heading.title
    return draft.texts.words.get(f"name.{left.id}") or _generic(draft, left.id)


def _generic(draft: Draft, name: str) -> str:
    """An exhibit without a name of its own by what it shows: `投诉件数：按机构`."""
    entry = _block(draft, name)
    metrics = [slot(text).name for text in entry.metrics] if entry else []
    if not metrics:
        return draft.texts.words.get(f"name.{entry.kind}", name) if entry else name
    by = getattr(entry.settings if entry else None, "by", None) or ""
    return plain_title(draft, metrics[0], by)


def held(draft: Draft, metric: str) -> bool:
    """Whether the document's scope has any fact of a metric."""
    return any(fact.metric == metric for fact in draft.facts.of_scope(draft.scope))


def withheld_of(draft: Draft, metric: str) -> bool:
    """Whether figures of a metric are withheld from the document's scope."""
    return any(one["metric"] == metric and one["scope"] == draft.scope
               for one in map(draft.facts.place_of, draft.facts.suppressed))


def _asked_metrics(draft: Draft) -> list[str]:
    """Metrics that tiles and columns of the report ask for, apart from those of whole blocks left out."""
    gone = {one.id for one in draft.left}
    asked: list[str] = []
    for block in draft.report.blocks():
        named = block.kpis is not None or block.compare is not None or block.table is not None
        if named and getattr(block.settings, "id", "") not in gone:
            asked += [slot(text).name for text in block.metrics]
    return list(dict.fromkeys(asked))
