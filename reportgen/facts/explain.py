"""Where a printed number comes from: definition, parts, base, query, sources."""

from __future__ import annotations

import re
from dataclasses import dataclass

from reportgen.errors import JobError, Problem, nearest
from reportgen.facts.fact import Fact, Statistic, parse_fact_id
from reportgen.facts.metric import Metric
from reportgen.facts.publish import main_units, value_text
from reportgen.facts.table import FactSet
from reportgen.sources.origin import Origin

_READS = re.compile(r"(?:FROM|JOIN)\s+(?:\"([^\"]+)\"|(\w+))")
"""A table's name after FROM or JOIN; names of kept tables may hold blanks."""


@dataclass(frozen=True, slots=True)
class Explanation:
    """All there is to say of one fact."""

    fact: Fact
    metric: Metric
    value: str
    num: str
    den: str
    statistic: Statistic
    query: str
    """Name of the query its parts were fetched by."""
    sql: str
    prepared: tuple[tuple[str, str], ...]
    """Name and SQL of the tables that query reads, from the typed rows on."""
    origins: tuple[Origin, ...]


def explain(facts: FactSet, fact_id: str) -> Explanation:
    """The explanation of a fact; raises JobError with the closest id where there is none."""
    fact = facts.get(fact_id)
    if facts.is_withheld(fact_id):
        raise JobError(
            Problem("", f"'{fact_id}' is withheld: it tells of few customers, or would let that be worked out."),
            hint="The job's `disclosure: {min_count: …}` says of how few.",
        )
    if fact is None:
        near = nearest(fact_id, [one.id for one in facts.facts])
        shape = "" if parse_fact_id(fact_id) else " An id reads scope/metric[dimension=segment]@since..period."
        raise JobError(
            Problem("", f"there is no fact '{fact_id}'.{near}{shape}"),
            hint="`reportgen facts JOB --period P` lists them all.",
        )
    query = _query(facts, fact)
    money = fact.unit in ("money", "money_per_customer")
    behind = _behind(facts, facts.queries.get(query, ""))
    prepared = tuple(
        (name, sql)
        for name, sql in facts.queries.items()
        if name in behind or name in ("typed_snapshots", "everyone", "members", "panel")
    )
    return Explanation(
        fact,
        facts.metrics[fact.metric],
        value_text(fact, facts.currency),
        main_units(fact.num, facts.currency) if money else str(fact.num),
        str(fact.den),
        facts.statistic(fact),
        query,
        facts.queries.get(query, ""),
        prepared,
        facts.origins,
    )


def _behind(facts: FactSet, sql: str) -> set[str]:
    """Names of the kept tables a query reads, and of those they were made from."""
    found: set[str] = set()
    waiting = [sql]
    while waiting:
        for quoted, bare in _READS.findall(waiting.pop()):
            name = quoted or bare
            if name in facts.queries and name not in found:
                found.add(name)
                waiting.append(facts.queries[name])
    return found


def _query(facts: FactSet, fact: Fact) -> str:
    """Name of the query that brought the fact's parts; a group's come from the dimension it sums."""

    def base(dimension: str) -> str:
        view = facts.dimensions.get(dimension)
        return view.of or view.id if view else dimension

    usual = facts.query_of.get(fact.metric, "")
    general = facts.query_of.get(f"{fact.metric}@{fact.period}", usual)
    names = [f"{general} {base(fact.dimension)}"] if fact.dimension else []
    if fact.against:
        names.insert(0, f"cross {base(fact.dimension)} {base(fact.against.partition('=')[0])}")
    return next((name for name in names if name in facts.queries), general)
