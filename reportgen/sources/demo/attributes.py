"""What the bank knows of its customers: income, family, interests, appetite for risk; and what it does not."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from reportgen.sources.demo import months
from reportgen.sources.demo.bank import HOBBIES, OCCUPATIONS, STORIES
from reportgen.sources.demo.chance import Chance, Flags, Floats, Ints, draw, draw_by
from reportgen.sources.demo.people import People

MARITAL = ("single", "married", "divorced")
EDUCATION = ("primary", "secondary", "tertiary")
CONTROL = ("high", "medium", "low")
INCOME = ("low", "mid", "high")
INCOME_EDGES = (120_000_00, 500_000_00)
"""分 a year: under 12万 low, from 50万 on high."""
_MEDIAN_INCOME = {
    "employee": 118_000, "civil_servant": 132_000, "freelance": 95_000, "self_employed": 150_000,
    "micro_business_owner": 260_000, "mid_company_owner": 720_000, "corporate_finance_head": 420_000,
    "owner_relative": 240_000, "owner": 850_000, "executive": 560_000, "retired": 62_000, "student": 15_000,
}
_CONTROL = {
    "self_employed": (0.7, 0.25, 0.05), "micro_business_owner": (0.6, 0.3, 0.1), "mid_company_owner": (0.35, 0.4, 0.25),
    "corporate_finance_head": (0.1, 0.3, 0.6), "owner_relative": (0.3, 0.4, 0.3), "owner": (0.4, 0.4, 0.2),
}
_GAPS = {
    "income": 0.20, "marital_status": 0.22, "children": 0.25, "education": 0.18, "hobbies": 0.36, "risk_level": 0.14,
}
"""Shares of empty cells; twice as many in the branch with thin profiles."""
_SURNAMES = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕"
_DOUBLE = ("欧阳", "上官", "司徒", "诸葛")


@dataclass(frozen=True, slots=True)
class Attributes:
    """One element a customer; the gaps are kept apart, since other tables go by what is true."""

    name: tuple[str, ...]
    gender: Ints
    income: Ints
    """分 a year."""
    band: Ints
    marital: Ints
    children: Ints
    education: Ints
    hobbies: Ints
    """A bit for each of `HOBBIES`."""
    risk: Ints
    """1 to 5."""
    control: Ints
    contactable: Flags
    gaps: dict[str, Flags]


def make_attributes(chance: Chance, people: People) -> Attributes:
    rng = chance.of("customers")
    size = people.size
    age = people.age(months.LAST)
    median = np.array([_MEDIAN_INCOME[name] for name in OCCUPATIONS], dtype=float)[people.occupation]
    factor = np.array([0.85, 1.5, 2.6])[people.rank]
    income = np.rint(rng.lognormal(np.log(median * factor), 0.35)).astype(np.int64) // 100 * 100_00
    income = np.maximum(income, 600_000)
    marital = _marital(rng, age)
    children = np.where(marital == 0, 0, np.minimum(rng.poisson(1.1, size), 3))
    education = draw_by(rng, np.clip((age > 35).astype(np.int64) + (age > 55), 0, 2),
                        ((0.03, 0.32, 0.65), (0.08, 0.45, 0.47), (0.28, 0.50, 0.22)))
    control = draw_by(rng, people.occupation, [_CONTROL.get(name, (0.6, 0.3, 0.1)) for name in OCCUPATIONS])
    gaps = {}
    double = np.where(people.branch == STORIES.thin_profiles, 2.0, 1.0)
    for column, share in _GAPS.items():
        gaps[column] = rng.random(size) < np.minimum(share * double, 0.9)
    return Attributes(
        _names(rng, size), draw(rng, size, (0.51, 0.49)), income,
        np.searchsorted(np.array(INCOME_EDGES), income, side="right"), marital, children, education,
        _hobbies(rng, people, age), _risks(rng, people, age), control, rng.random(size) < 0.94, gaps,
    )


def _marital(rng: np.random.Generator, age: Ints) -> Ints:
    group = np.digitize(age, (26, 36, 61))
    return draw_by(rng, group, ((0.92, 0.08, 0.0), (0.38, 0.58, 0.04), (0.09, 0.80, 0.11), (0.03, 0.72, 0.25)))


def _hobbies(rng: np.random.Generator, people: People, age: Ints) -> Ints:
    chances: Floats = np.full((people.size, len(HOBBIES)), 0.14)
    chances[:, HOBBIES.index("golf")] = np.array([0.02, 0.08, 0.28])[people.rank]
    chances[:, HOBBIES.index("fitness")] = np.where(age <= 40, 0.32, 0.14)
    chances[:, HOBBIES.index("travel")] = 0.26
    chances[:, HOBBIES.index("tea")] = np.where(age > 50, 0.28, 0.11)
    chances[:, HOBBIES.index("calligraphy")] = np.where(age > 55, 0.18, 0.05)
    chosen = rng.random(chances.shape) < chances
    bits: Ints = (chosen * (1 << np.arange(len(HOBBIES)))).sum(axis=1)
    return np.where(bits == 0, 1 << HOBBIES.index("reading"), bits)


def _risks(rng: np.random.Generator, people: People, age: Ints) -> Ints:
    group = np.digitize(age, (36, 51, 61))
    level = 1 + draw_by(rng, group, (
        (0.08, 0.24, 0.38, 0.22, 0.08), (0.10, 0.30, 0.36, 0.18, 0.06),
        (0.18, 0.38, 0.30, 0.11, 0.03), (0.30, 0.44, 0.20, 0.05, 0.01),
    ))
    bolder = (people.rank > 0) & (rng.random(people.size) < 0.3)
    return np.minimum(level + bolder, 5)


def _names(rng: np.random.Generator, size: int) -> tuple[str, ...]:
    single = np.array(list(_SURNAMES))[rng.integers(0, len(_SURNAMES), size)]
    double = np.array(_DOUBLE)[rng.integers(0, len(_DOUBLE), size)]
    surname = np.where(rng.random(size) < 0.012, double, single)
    stars = np.where(rng.random(size) < 0.35, "*", "**")
    return tuple(f"{one}{star}" for one, star in zip(surname, stars, strict=True))


def hobby_words() -> tuple[str, ...]:
    """The text of each combination of interests."""
    return tuple(
        ";".join(name for bit, name in enumerate(HOBBIES) if number >> bit & 1) for number in range(1 << len(HOBBIES))
    )

