"""Facts of the Taihu sample, assembled with pandas from its CSV files and without the engine."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import pandas as pd

from reportgen.facts.definitions import load_metrics
from reportgen.facts.fact import Fact
from reportgen.facts.segment import DimensionView, Segment
from reportgen.facts.table import FactSet, Omission

ROOT = Path(__file__).resolve().parents[3]
SAMPLES = ROOT / "config" / "samples" / "taihu"
PERIOD, SINCE = "2011-05", "2010-12"
AGES = ["<30", "30-40", "40-50", "50-60", "60+"]
BANDS = ["500-600", "600-700", "700-800", "800-900", "900-1000", "1000+"]
GROUPS = {"500-700": BANDS[:2], "700-800": BANDS[2:3], "800+": BANDS[3:]}


def read(name: str) -> pd.DataFrame:
    """A sample with its bands; amounts in 分."""
    frame = pd.read_csv(SAMPLES / f"{name}.csv", dtype={"customer_id": str})
    frame["aum"] = frame["aum_yuan"].astype(int) * 100
    frame["bought"] = frame["wealth_purchase_yuan"].astype(int) * 100
    frame["age_band"] = pd.cut(frame["age"], [0, 30, 40, 50, 60, 200], right=False, labels=AGES).astype(str)
    edges = [amount * 1_000_000 for amount in (500, 600, 700, 800, 900, 1000, 10**6)]
    frame["aum_band"] = pd.cut(frame["aum"], edges, right=False, labels=BANDS).astype(str)
    group_of = {band: group for group, bands in GROUPS.items() for band in bands}
    frame["aum_group"] = frame["aum_band"].map(group_of)
    return frame


def view(name: str, column: str, ids: list[str], *, of: str = "") -> DimensionView:
    segments = tuple(Segment(one, {"zh-CN": one, "en": one}) for one in ids)
    label = {"age_band": {"zh-CN": "年龄段", "en": "Age"}}.get(name, {"zh-CN": "资产段", "en": "Assets"})
    kind = "group" if of else "category" if column == "occupation" else "band"
    return DimensionView(name, kind, column, label, segments, "" if column != "aum" else "万元", of, not of)  # type: ignore[arg-type]


class Gathering:
    """Facts as they are added, by the metrics' own units."""

    def __init__(self) -> None:
        self.metrics = load_metrics(ROOT / "config" / "metrics")
        self.facts: list[Fact] = []

    def add(self, metric: str, num: int, den: int = 1, *, at: str = PERIOD, cell: tuple[str, str] = ("", ""),
            against: str = "", n: int = 0) -> None:
        known = self.metrics[metric]
        self.facts.append(Fact("bank", metric, PERIOD if known.flow else at, num, den, known.unit, n or den, *cell,
                               against, SINCE if known.flow else ""))


def stocks(gathering: Gathering, frame: pd.DataFrame, at: str) -> None:
    n, aum = len(frame), int(frame["aum"].sum())
    gathering.add("customers_total", n, at=at, n=n)
    gathering.add("aum_point", aum, at=at, n=n)
    gathering.add("aum_per_customer", aum, n, at=at)
    shares = {"age_band": "age_share", "aum_band": "band_share", "aum_group": "band_share",
              "occupation": "occupation_share"}
    for dimension, share in shares.items():
        for segment, members in frame.groupby(dimension):
            cell = (dimension, str(segment))
            gathering.add("customers_total", len(members), at=at, cell=cell, n=len(members))
            gathering.add("aum_point", int(members["aum"].sum()), at=at, cell=cell, n=len(members))
            gathering.add("aum_per_customer", int(members["aum"].sum()), len(members), at=at, cell=cell)
            gathering.add(share, len(members), n, at=at, cell=cell)
            if share == "band_share":
                gathering.add("band_aum_share", int(members["aum"].sum()), aum, at=at, cell=cell, n=len(members))
    crossed = pd.crosstab(frame["occupation"], frame["aum_group"])
    for job, row in crossed.iterrows():
        for group, count in row.items():
            gathering.add("customers_total", int(count), at=at, cell=("occupation", str(job)),
                          against=f"aum_group={group}", n=int(count))
    gap = (pd.Timestamp(frame["snapshot_date"].iloc[0]) - pd.to_datetime(frame["last_contact_date"])).dt.days
    overdue = int((gap > 30).sum())
    gathering.add("contact_overdue", overdue, at=at, n=n)
    gathering.add("contact_overdue_share", overdue, n, at=at)
    median = Fraction(gap.median()).limit_denominator(2)
    gathering.add("days_since_contact", median.numerator, median.denominator, at=at, n=n)


def flows(gathering: Gathering, opening: pd.DataFrame, closing: pd.DataFrame, tracked: pd.DataFrame) -> None:
    before, after = opening.set_index("customer_id"), closing.set_index("customer_id")
    stayed = before.index.intersection(after.index)
    gone, came = before.index.difference(after.index), after.index.difference(before.index)
    n0, n1, a0, a1 = len(before), len(after), int(before["aum"].sum()), int(after["aum"].sum())
    kept_open, kept_close = int(before.loc[stayed, "aum"].sum()), int(after.loc[stayed, "aum"].sum())
    lost_open, new_close = int(before.loc[gone, "aum"].sum()), int(after.loc[came, "aum"].sum())
    fell = int((tracked.set_index("customer_id").loc[gone, "source"] == "lost_downgraded").sum())
    add = gathering.add
    for metric, num, den in (
        ("customers_net_new", n1 - n0, 1), ("customers_gross_new", len(came), 1), ("customers_retained", len(stayed), 1),
        ("customers_lost", len(gone), 1), ("retention_rate", len(stayed), n0), ("churn_rate", len(gone), n0),
        ("gross_new_share", len(came), n1), ("customers_growth", n1 - n0, n0), ("aum_growth", a1 - a0, a0),
        ("aum_per_customer_growth", a1 * n0 - a0 * n1, a0 * n1), ("aum_retained_open", kept_open, 1),
        ("aum_retained_close", kept_close, 1), ("aum_lost_open", lost_open, 1), ("aum_gross_new", new_close, 1),
        ("aum_existing_change", kept_close - kept_open, 1), ("aum_net_new", a1 - a0, 1),
        ("aum_retention_rate", kept_open, a0), ("aum_churn_rate", lost_open, a0),
        ("aum_per_customer_retained", kept_open, len(stayed)), ("aum_per_customer_lost", lost_open, len(gone)),
        ("aum_per_customer_gross_new", new_close, len(came)),
    ):
        add(metric, num, den, n=n0)
    yearly = Fraction((len(stayed) / n0) ** (12 / 5)).limit_denominator(10**9)
    add("retention_annualised", yearly.numerator, yearly.denominator, n=n0)
    add("churn_annualised", yearly.denominator - yearly.numerator, yearly.denominator, n=n0)
    for kind, count in (("left", len(gone) - fell), ("below_floor", fell)):
        add("customers_lost", count, cell=("loss", kind), n=len(gone))
    for group, members in before.groupby("aum_group"):
        kept = len(members.index.intersection(stayed))
        add("customers_retained", kept, cell=("aum_group", str(group)), n=len(members))
        add("customers_lost", len(members) - kept, cell=("aum_group", str(group)), n=len(members))
        add("retention_rate", kept, len(members), cell=("aum_group", str(group)))
    for step, count in (("opening", n0), ("lost", -len(gone)), ("new", len(came)), ("closing", n1)):
        add("customers_bridge", count, cell=("step", step))
    for step, money in (("opening", a0), ("lost", -lost_open), ("existing", kept_close - kept_open),
                        ("new", new_close), ("closing", a1)):
        add("aum_bridge", money, cell=("step", step))


def qualified(gathering: Gathering, closing: pd.DataFrame) -> None:
    through = closing[(closing["bought"] > 0) & (closing["aum"] - closing["bought"] < 500_000_000)]
    bought, aum = int(through["bought"].sum()), int(closing["aum"].sum())
    gathering.add("wealth_qualified", len(through), n=len(through))
    gathering.add("wealth_qualified_amount", bought, n=len(through))
    gathering.add("wealth_qualified_average", bought, len(through))
    gathering.add("wealth_qualified_share", len(through), len(closing))
    gathering.add("wealth_qualified_aum_share", bought, aum, n=len(through))
    gathering.add("customers_not_qualified", len(closing) - len(through), n=len(closing))


def taihu_facts() -> FactSet:
    opening, closing, tracked = read("opening"), read("closing"), read("closing_all")
    gathering = Gathering()
    stocks(gathering, opening, SINCE)
    stocks(gathering, closing, PERIOD)
    flows(gathering, opening, closing, tracked)
    qualified(gathering, closing)
    jobs = sorted(closing["occupation"].unique())
    views = [view("age_band", "age", AGES), view("aum_band", "aum", BANDS),
             view("aum_group", "aum", list(GROUPS), of="aum_band"), view("occupation", "occupation", jobs)]
    return FactSet(PERIOD, SINCE, "2011-05-31", "2010-12-31", "CNY", tuple(gathering.facts),
                   {one.id: one for one in views}, gathering.metrics,
                   omissions=(Omission("gini", ("snapshots.aum",)),))
