"""Whatever the tables hold, branches add up to their regions and the bank, and a branch sees no other branch."""

from __future__ import annotations

import datetime as dt
import random

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

METRICS = (
    "complaints_count", "complaint_rate", "complaint_close_rate", "complaint_on_time", "complaints_overdue", "csat", "nps",
    "survey_response", "tickets_count", "ticket_close_rate", "ticket_backlog", "ticket_response_over", "mau", "digital_rate",
)  # fmt: skip


def _tables(seed: int) -> dict[str, tuple[tuple[str, ...], list[tuple[object, ...]]]]:
    """Forty rows each of customers C1 to C8 (C8 is unknown) and units B1 to B3, some cells empty."""
    chance = random.Random(seed)

    def day(spread: int = 100) -> dt.date:
        return dt.date(2025, 10, 1) + dt.timedelta(days=chance.randrange(spread))

    def later(start: dt.date) -> object:
        return chance.choice(("", start + dt.timedelta(days=chance.randrange(70))))

    def who() -> str:
        return f"C{chance.randint(1, 8)}"

    def mark(top: int) -> object:
        return chance.choice(("", chance.randint(1, top)))

    complaints, tickets = [], []
    for number in range(40):
        came, raised = day(), day()
        complaints.append((f"K{number}", who(), came, later(came), chance.choice(("app", "fees", ""))))
        hour = f"{chance.randrange(24):02}:{chance.randrange(60):02}"
        answer = later(raised)
        answer = f"{answer + dt.timedelta(days=1)} 08:00" if isinstance(answer, dt.date) else ""
        tickets.append((f"T{number}", f"B{chance.randint(1, 3)}", chance.choice(("a", "b")), f"{raised} {hour}", answer, answer))
    months = [(f"C{one}", f"2025-{month}-01") for one in range(1, 9) for month in (10, 11, 12)]
    return {
        "complaints": (("complaint_id", "customer_id", "received_at", "closed_at", "category"), complaints),
        "tickets": (("ticket_id", "raised_by_unit", "dept", "raised_at", "first_response_at", "closed_at"), tickets),
        "surveys": (("customer_id", "survey_date", "csat_1_5", "nps_0_10"),
                    [(who(), day(), mark(5), mark(10)) for _ in range(40)]),
        "digital": (("customer_id", "month", "app_logins", "self_service_txns", "counter_txns"),
                    [(*key, mark(3), mark(9), mark(9)) for key in months]),
    }  # fmt: skip


@given(seed=st.integers(0, 10_000))
@settings(max_examples=4, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_branches_add_up_and_see_themselves_only(small_bank, additive, seed):
    facts = small_bank(_tables(seed))
    additive(facts, METRICS)
    for scope in ("branch:B1", "branch:B2", "branch:B3"):
        assert not [one.id for one in facts.of_scope(scope) if one.dimension in ("branch", "region")]
    late = [one for one in facts.facts if one.period not in ("2025-10", "2025-11", "2025-12")]
    assert not late, "nothing after the period's end"
