"""A job that mails its reports: recipients, server and the subject's figure are right before a row is read.

Secrets are not looked up: whoever checks a job need not have them. A run does, before its first page.
"""

from __future__ import annotations

from collections.abc import Iterator

from reportgen.config.delivery import load_delivery
from reportgen.config.job import Job
from reportgen.config.positions import Positions
from reportgen.config.recipients import load_recipients
from reportgen.context import RunContext
from reportgen.errors import Problem, ReportgenError, nearest
from reportgen.facts.definitions import load_metrics


def delivery_problems(job: Job, context: RunContext, places: Positions) -> Iterator[Problem]:
    """All problems of `config/recipients.yaml`, `config/delivery.yaml` and `delivery:`, where the job has it."""
    rule = job.delivery
    if rule is None or not rule.send:
        return
    for load in (load_delivery, load_recipients):
        try:
            load(context.root)
        except ReportgenError as error:
            yield from error.problems
    known = load_metrics(context.shared("config", "metrics"))
    if rule.headline and rule.headline not in known:
        yield Problem(places.of("delivery", "headline"),
                      f"delivery.headline: there is no metric '{rule.headline}'.{nearest(rule.headline, list(known))}")
    try:
        people = load_recipients(context.root)
    except ReportgenError:
        return
    for one in people.people:
        if one.certificate and not (context.root / one.certificate).is_file():
            yield Problem(people.place, f"{one.id}: there is no certificate {one.certificate}.")
    if not any(job.job in right.jobs or "*" in right.jobs for one in people.people for right in one.may):
        yield Problem(places.of("delivery", key=True),
                      f"delivery: nobody may read '{job.job}' by {people.place}; name somebody there, or take "
                      "`delivery:` out of the job.")
