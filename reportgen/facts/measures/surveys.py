"""Surveys: satisfaction, recommendation, how many answered, and who was unhappy and heard nothing."""

from __future__ import annotations

import ibis

from reportgen.facts.bench import Bench
from reportgen.frames.convert import Expression

_MARK, _ADVICE = "csat_1_5", "nps_0_10"
_DAYS_TO_CALL = 3


def surveys(bench: Bench) -> None:
    """Answers of the period's customers; a row without a mark is a survey sent and not answered."""
    marked, advised = bench.has("surveys", _MARK), bench.has("surveys", _ADVICE)
    if not bench.has("surveys", "customer_id", "survey_date") or not (marked or advised):
        return
    table = bench.engine.store("surveys sent", bench.events("surveys", "survey_date"))
    nobody = ibis.literal(False)
    answered: Expression = nobody
    sums: dict[str, Expression] = {}
    if marked:
        mark = table[_MARK]
        answered = answered | mark.notnull()
        sums |= {"marks": mark.count(), "mark": mark.sum(), "satisfied": (mark >= 4).sum()}
    if advised:
        advice = table[_ADVICE]
        answered = answered | advice.notnull()
        sums |= {"advised": advice.count(), "lead": (advice >= 9).sum() - (advice <= 6).sum()}
    tallies = bench.tallies("surveys", table, {"sent": table.count(), "answered": answered.sum(), **sums})
    bench.publish("survey_response", tallies, "answered", "sent", query="surveys")
    if marked:
        bench.publish("csat", tallies, "mark", "marks", query="surveys")
        bench.publish("csat_satisfied_share", tallies, "satisfied", "marks", query="surveys")
        _unfollowed(bench)
    if advised:
        bench.publish("nps", tallies, "lead", "advised", scale=100, query="surveys")


def _unfollowed(bench: Bench) -> None:
    """Marks of one or two without a contact in three days, once those days are over: later ones are not judged yet."""
    if not bench.has("contacts", "customer_id", "contact_date"):
        return
    low = bench.table("surveys").filter(ibis._[_MARK] <= 2)
    low = low.select("customer_id", "survey_date", called_by=low.survey_date + ibis.interval(days=_DAYS_TO_CALL))
    low = low.mutate(at=bench.windows.label(low.called_by)).filter(ibis._["at"].notnull())
    calls = bench.table("contacts")
    if bench.has("contacts", "outcome"):
        calls = calls.filter(calls.outcome.notnull() & (calls.outcome != "not_reached"))
    calls = calls.select(caller=calls.customer_id, day=calls.contact_date.cast("date"))
    heard = (low.customer_id == calls.caller) & (calls.day >= low.survey_date) & (calls.day <= low.called_by)
    table = low.mutate(alone=True).anti_join(calls, heard).select("customer_id", "survey_date").distinct()
    judged = low.left_join(table.mutate(alone=True), ["customer_id", "survey_date"])
    rows = bench.placed("surveys", judged.select("at", "customer_id", alone=judged.alone.fill_null(False)))
    sums = {"low": rows.count(), "alone": rows.alone.sum()}
    tallies = bench.tallies("surveys low", rows, sums, dimensions=bench.lasting, population=True)
    bench.publish("surveys_low_unfollowed", tallies, "alone", n="low", query="surveys low")
