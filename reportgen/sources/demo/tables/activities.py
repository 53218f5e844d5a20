"""activities: forums, salons and classes of head office (no branch) and the branches."""

from __future__ import annotations

import numpy as np

from reportgen.sources.demo import months
from reportgen.sources.demo.bank import BRANCHES, MASS, PRIVATE, REGION_OF, STORIES, TIERS
from reportgen.sources.demo.bankwide import Bank
from reportgen.sources.demo.cells import Cells, codes, dates, numbered, whole
from reportgen.sources.demo.chance import days_between

TYPES = ("forum", "salon", "class")
FORUM, SALON, CLASS = range(3)
_ADOPTED = 0.45


def activities(bank: Bank) -> dict[str, Cells]:
    rng = bank.chance.of("activities")
    plan: list[tuple[int, int, int, int]] = []
    for index in range(1, months.COUNT):
        number = int(months.LABELS[index][-2:])
        plan.append((index, SALON, PRIVATE if index % 2 else PRIVATE - 1, -1))
        for branch in range(len(BRANCHES)):
            silent = REGION_OF[branch] == STORIES.no_forum_region and months.LABELS[index] >= "2025"
            if number == 3 + branch % 3 and not silent:
                plan.append((index, FORUM, PRIVATE, branch))
            if number == 9 + branch % 3:
                plan.append((index, FORUM, PRIVATE - 1, branch))
            if (index + branch) % 3 == 0:
                plan.append((index, CLASS, MASS, branch))
            if (index + branch) % 4 == 1:
                plan.append((index, SALON, PRIVATE - 1, branch))
    index, kind, tier, branch = np.array(plan).T
    size = len(plan)
    day = days_between(rng, months.STARTS[index], months.ENDS[index])
    invited = rng.integers(18, 60, size) * np.array([2, 1, 1])[tier]
    attended = rng.binomial(invited, np.array([0.42, 0.55, 0.62])[tier])
    items = rng.binomial(attended, np.array([0.55, 0.18, 0.08])[kind])
    return {
        "activity_id": numbered("A", size, 4),
        "activity_date": dates(day),
        "activity_type": codes(kind, TYPES),
        "tier": codes(tier, TIERS),
        "branch_id": codes(np.maximum(branch, 0), BRANCHES, branch < 0),
        "invited": whole(invited),
        "attended": whole(attended),
        "feedback_items": whole(items),
        "adopted_items": whole(rng.binomial(items, _ADOPTED)),
    }
