"""customers: one row for everybody who was a customer at any time, also of those who have left."""

from __future__ import annotations

from reportgen.sources.demo.attributes import CONTROL, EDUCATION, INCOME, MARITAL, hobby_words
from reportgen.sources.demo.bank import BRANCHES, OCCUPATIONS, REGIONS
from reportgen.sources.demo.bankwide import Bank
from reportgen.sources.demo.cells import Cells, codes, dates, flags, money, texts, whole

RISKS = ("", "R1", "R2", "R3", "R4", "R5")


def customers(bank: Bank) -> dict[str, Cells]:
    people, known = bank.people, bank.attributes
    gaps = known.gaps
    return {
        "customer_id": bank.customer_ids,
        "name_masked": texts(known.name),
        "birth_date": dates(people.birth),
        "gender": codes(known.gender, ("M", "F")),
        "occupation": codes(people.occupation, OCCUPATIONS),
        "annual_income": money(known.income, gaps["income"]),
        "income_band": codes(known.band, INCOME, gaps["income"]),
        "marital_status": codes(known.marital, MARITAL, gaps["marital_status"]),
        "children": whole(known.children, gaps["children"]),
        "education": codes(known.education, EDUCATION, gaps["education"]),
        "hobbies": codes(known.hobbies, hobby_words(), gaps["hobbies"]),
        "risk_level": codes(known.risk, RISKS, gaps["risk_level"]),
        "fund_control": codes(known.control, CONTROL),
        "branch_id": codes(people.branch, BRANCHES),
        "region_id": codes(people.region, REGIONS),
        "rm_id": bank.staff(bank.team.rm),
        "open_date": dates(people.opened),
        "contactable": flags(known.contactable),
    }
