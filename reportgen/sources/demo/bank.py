"""What the demonstration bank is made of: branches, regions, codes, and where its stories play."""

from __future__ import annotations

from dataclasses import dataclass

from reportgen.sources.demo.months import day, month

REGIONS = ("R1", "R2", "R3")
BRANCHES = tuple(f"B{number:02d}" for number in range(1, 13))
REGION_OF = (0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2)
WEIGHTS = (0.13, 0.10, 0.10, 0.07, 0.09, 0.08, 0.09, 0.07, 0.08, 0.06, 0.07, 0.06)
"""Each branch's share of the customers."""

TIERS = ("mass", "affluent", "private")
"""In rising order: a tier's index is its rank."""
MASS, AFFLUENT, PRIVATE = range(3)
EDGES = (0, 50_000_000, 600_000_000)
"""Where each tier begins, in 分: 50万 and 600万."""

OCCUPATIONS = (
    "employee", "civil_servant", "freelance", "self_employed", "micro_business_owner", "mid_company_owner",
    "corporate_finance_head", "owner_relative", "owner", "executive", "retired", "student",
)
SALARIED = ("employee", "civil_servant", "executive", "corporate_finance_head")
HOBBIES = ("golf", "reading", "fitness", "travel", "photography", "tea", "calligraphy", "music")


def branch(code: str) -> int:
    return BRANCHES.index(code)


def occupation(code: str) -> int:
    return OCCUPATIONS.index(code)


@dataclass(frozen=True, slots=True)
class Stories:
    """Where the planted stories play; docs/demonstration-bank.md tells them."""

    losing_branch: int = branch("B07")
    losing_from: int = month("2025-06")
    leaver_branch: int = branch("B03")
    leaver: str = "M0302"
    leaver_day: int = day("2025-05-31")
    dressing_branch: int = branch("B11")
    concentrated_branch: int = branch("B09")
    overloaded_branch: int = branch("B01")
    tied_branches: tuple[int, int] = (branch("B04"), branch("B08"))
    no_students: int = branch("B08")
    app_branch: int = branch("B05")
    app_month: int = month("2025-12")
    repeats_region: int = 2
    few_answers: int = branch("B12")
    formal_region: int = 1
    formal_from: int = month("2025-10")
    thin_profiles: int = branch("B06")
    untrained: int = branch("B04")
    no_forum_region: int = 2
    behind: tuple[int, ...] = (branch("B02"), branch("B06"))
    late_notices: tuple[str, ...] = ("2025-05", "2025-11")


STORIES = Stories()
