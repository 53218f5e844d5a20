"""Every planted story is in the tables, with the figures docs/demonstration-bank.md states."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from scipy.stats import poisson

PAGE = Path(__file__).resolve().parents[4] / "docs" / "demonstration-bank.md"
Sql = Callable[[str], list[tuple[Any, ...]]]

OPEN_LATE = "date_diff('day', received_at, DATE '2025-12-31') > CASE complexity WHEN 'plain' THEN 15 WHEN 'complex' THEN 30 ELSE 60 END"


def losses(sql: Sql, since: str, until: str, by: str, where: str = "true") -> dict[Any, tuple[int, float]]:
    """Customers on the list of `since` and the share that is not on that of `until`, by an expression."""
    return {key: (count, lost) for key, count, lost in sql(f"""
        SELECT {by} AS key, count(*), avg((customer_id NOT IN (
            SELECT customer_id FROM snapshots WHERE snapshot_date = DATE '{until}'))::int)
        FROM snapshots s JOIN customers c USING (customer_id)
        WHERE snapshot_date = DATE '{since}' AND {where} GROUP BY 1
    """)}


def stated(story: str) -> str:
    """The figures that the page states of a story."""
    [line] = [line for line in PAGE.read_text(encoding="utf-8").splitlines() if line.startswith(f"| {story} |")]
    return line.split("|")[3]


def test_size_and_churn_are_plausible(sql: Sql) -> None:
    counts = dict(sql("SELECT snapshot_date::text, count(*) FROM snapshots GROUP BY 1"))
    assert 18_500 < counts["2023-12-31"] < 19_000
    assert 19_500 < counts["2025-12-31"] < 20_500
    assert 0.05 < losses(sql, "2023-12-31", "2024-12-31", "1")[1][1] < 0.07
    [(top, everything)] = sql("""
        SELECT sum(aum) FILTER (place <= 0.2), sum(aum) FROM (SELECT aum, percent_rank() OVER (ORDER BY aum DESC) AS
        place FROM closing)
    """)
    assert 0.72 < top / everything < 0.78


def test_b07_loses_its_affluent_behind_growth(sql: Sql) -> None:
    here, rest = (losses(sql, "2025-05-31", "2025-12-31", f"c.branch_id {sign} 'B07'", "tier = 'affluent'")[True]
                  for sign in ("=", "<>"))
    assert here[1] > 3 * rest[1]
    assert 0.33 < here[1] < 0.40
    assert rest[1] < 0.035
    before = losses(sql, "2024-11-30", "2025-05-31", "c.branch_id", "tier = 'affluent'")
    assert before["B07"][1] < 0.04
    [(opening, closing)] = sql("""
        SELECT count(*) FILTER (snapshot_date = DATE '2025-05-31'), count(*) FILTER (snapshot_date = DATE '2025-12-31')
        FROM snapshots JOIN customers USING (customer_id) WHERE branch_id = 'B07'
    """)
    assert closing > opening * 1.1
    figures = stated("Growth hides a loss")
    assert f"{here[1]:.1%} of" in figures
    assert f"(elsewhere {rest[1]:.1%})" in figures
    assert f"from {opening:,} to {closing:,}" in figures


def test_m0302_leaves_and_customers_follow(sql: Sql) -> None:
    assert sql("SELECT leave_date::text, backup_rm_id FROM staff WHERE leave_date IS NOT NULL") == [("2025-05-31", None)]
    lost = losses(sql, "2025-05-31", "2025-11-30", "coalesce(rm_id = 'M0302', false)",
                  "tier <> 'mass' AND branch_id <> 'B07'")
    assert lost[True][0] >= 60
    assert lost[True][1] >= 3 * lost[False][1]
    assert 0.30 < lost[True][1] < 0.45
    assert f"{lost[True][1]:.1%} of the {lost[True][0]} customers" in stated("A manager leaves")
    assert lost[False][1] < 0.03
    assert sql("SELECT DISTINCT branch_id FROM customers WHERE rm_id = 'M0302'") == [("B03",)]


def test_wealth_matures_in_january_2026(sql: Sql) -> None:
    shares = dict(sql("""
        SELECT d::text, (sum(amount) FILTER (maturity_date <= d + 30) / sum(amount))::double
        FROM holdings, (SELECT DISTINCT snapshot_date AS d FROM snapshots)
        WHERE product_type = 'wealth' AND start_date <= d AND (end_date IS NULL OR end_date > d) GROUP BY 1
    """))
    cliff = shares.pop("2025-12-31")
    assert cliff > 0.30
    assert f"{cliff:.0%} mature within 30 days" in stated("Maturity cliff")
    assert max(shares.values()) < 0.12
    assert 0.06 < sum(shares.values()) / len(shares) < 0.10


def test_january_dips_in_both_years(sql: Sql) -> None:
    total = {str(day): float(amount) for day, amount in
             sql("SELECT snapshot_date, sum(aum) FROM snapshots GROUP BY 1 ORDER BY 1")}
    changes = {day: total[day] / total[before] - 1 for before, day in zip(total, list(total)[1:], strict=False)}
    januaries = [changes.pop("2024-01-31"), changes.pop("2025-01-31")]
    assert all(-0.07 < dip < -0.04 for dip in januaries)
    assert abs(januaries[0] - januaries[1]) < 0.005
    assert "assets {:.1%} and {:.1%} after".format(*januaries).replace("-", "−") in stated("January dip")
    assert min(changes.values()) > -0.02


def test_b11_fills_its_deposits_at_quarter_ends(sql: Sql) -> None:
    deviation = {(branch, str(day)): float(share) for branch, day, share in sql("""
        SELECT branch_id, snapshot_date, (sum(aum) / sum(month_avg_aum))::double - 1
        FROM snapshots JOIN customers USING (customer_id) GROUP BY ALL
    """)}
    filled = {key: share for key, share in deviation.items() if key[0] == "B11" and key[1][5:7] in ("03", "06", "09", "12")}
    assert len(filled) == 9
    assert min(filled.values()) > 0.08
    assert max(abs(share) for key, share in deviation.items() if key not in filled) < 0.02
    [(inward, outward)] = sql("""
        SELECT sum(amount) FILTER (direction = 'in' AND txn_date = DATE '2025-09-30'),
               sum(amount) FILTER (direction = 'out' AND txn_date BETWEEN DATE '2025-10-01' AND DATE '2025-10-06')
        FROM transactions JOIN customers USING (customer_id) WHERE branch_id = 'B11' AND channel = 'counter'
    """)
    [(usual,)] = sql("""
        SELECT sum(amount) FROM transactions JOIN customers USING (customer_id)
        WHERE branch_id = 'B11' AND channel = 'counter' AND direction = 'in' AND txn_date = DATE '2025-08-31'
    """)
    assert inward > 10 * (usual or 0)
    assert outward > 0.9 * float(inward)


def test_empty_segments_and_ties(sql: Sql) -> None:
    assert sql("SELECT count(*) FROM closing WHERE occupation = 'student' AND branch_id = 'B08'") == [(0,)]
    assert sql("SELECT count(*) > 25 FROM closing WHERE occupation = 'student' AND branch_id = 'B04'") == [(True,)]
    assert sql("SELECT count(*) FROM snapshots JOIN customers USING (customer_id) "
               "WHERE occupation = 'freelance' AND tier = 'private'") == [(0,)]
    branches = dict(sql("SELECT branch_id, count(*) FROM closing GROUP BY 1"))
    assert branches["B04"] == branches["B08"]
    held = dict(sql("SELECT product_type, count(DISTINCT customer_id) FROM holdings WHERE end_date IS NULL GROUP BY 1"))
    assert held["credit_card"] == held["deposit_time"]
    assert f"{branches['B04']:,} customers each; {held['credit_card']:,} holders each" in stated("Ties")


def test_complaints_cluster_repeat_and_run_late(sql: Sql) -> None:
    [(here, usual)] = sql("""
        SELECT count(*) FILTER (received_at >= DATE '2025-12-01'),
               count(*) FILTER (received_at < DATE '2025-12-01') / 23
        FROM complaints JOIN customers USING (customer_id) WHERE branch_id = 'B05' AND category = 'app'
    """)
    assert here >= 20
    assert stated("Complaints about the app").startswith(f" {here}, ")
    assert poisson.sf(here - 1, max(usual, 1)) < 1e-9
    others = sql("""SELECT count(*) FROM complaints JOIN customers USING (customer_id) WHERE category = 'app'
                    AND received_at >= DATE '2025-12-01' AND branch_id <> 'B05' GROUP BY branch_id""")
    assert max(count for count, in others) <= 5
    assert dict(sql(f"SELECT complexity, count(*) FROM complaints WHERE closed_at IS NULL AND {OPEN_LATE} GROUP BY 1")) == {
        "plain": 6, "complex": 3, "special": 1,
    }
    repeats = dict(sql("SELECT region_id, avg((repeat_of IS NOT NULL)::int) FROM complaints JOIN customers "
                       "USING (customer_id) GROUP BY 1"))
    assert 0.11 < repeats["R3"] < 0.16
    assert max(repeats["R1"], repeats["R2"]) < 0.06


def test_the_app_stood_still_for_95_minutes(sql: Sql) -> None:
    minutes = sql("SELECT channel, start_at, date_diff('minute', start_at::timestamp, end_at::timestamp) AS m "
                  "FROM incidents ORDER BY m DESC LIMIT 2")
    assert minutes[0] == ("app", "2025-12-10 09:40", 95)
    assert minutes[1][2] <= 30


def test_satisfaction_drops_in_the_last_quarter(sql: Sql) -> None:
    rows = {key: (sent, answered, good) for key, sent, answered, good in sql("""
        SELECT year(survey_date) * 10 + quarter(survey_date), count(*), count(csat_1_5),
               avg((csat_1_5 >= 4)::int) FILTER (csat_1_5 IS NOT NULL) FROM surveys GROUP BY 1
    """)}
    last = rows.pop(20254)
    assert min(good for _, _, good in rows.values()) - last[2] > 0.08
    assert last[1] > 800
    _, before, good = rows[20253]
    figures = f"{last[2]:.1%} satisfied of {last[1]:,} answers, after {good:.1%} of {before:,}"
    assert figures in stated("Satisfaction drops")
    assert all(0.15 < answered / sent < 0.20 for sent, answered, _ in [*rows.values(), last])
    answers = dict(sql("SELECT branch_id, count(csat_1_5) FROM surveys JOIN customers USING (customer_id) "
                       "WHERE survey_date >= DATE '2025-10-01' GROUP BY 1"))
    assert stated("Too few answers").startswith(f" {answers['B12']} ")
    assert answers.pop("B12") < 30
    assert min(answers.values()) >= 30


def test_r2_goes_through_the_motions(sql: Sql) -> None:
    shares = {(region, quarter): (formal, policy) for region, quarter, formal, policy in sql("""
        SELECT region_id, year(contact_date) * 10 + quarter(contact_date),
               avg((note_chars < 10 AND outcome = '' AND next_date IS NULL)::int), avg((purpose = 'policy')::int)
        FROM contacts JOIN customers USING (customer_id) GROUP BY ALL
    """)}
    formal, policy = shares.pop(("R2", 20254))
    assert 0.31 < formal < 0.38
    assert policy > 0.55
    figures = stated("Contacts for form's sake")
    assert f"{formal:.1%} without note" in figures
    assert f"{policy:.1%} about policy" in figures
    assert max(one for one, _ in shares.values()) < 0.08
    assert max(one for _, one in shares.values()) < 0.36
    [(gap,)] = sql("SELECT avg((last_contact IS NULL OR date_diff('day', last_contact, snapshot_date) > 30)::int) "
                   "FROM closing WHERE tier = 'private'")
    assert gap >= 0.25
    assert f"{gap:.1%} not reached" in stated("Contact gap")


def test_ages_differ_in_products_and_channels(sql: Sql) -> None:
    wealth = "(customer_id IN (SELECT customer_id FROM holdings WHERE end_date IS NULL AND product_type = 'wealth'))::int"
    young, rest = (share for share, in sql(f"SELECT avg({wealth}) FROM closing GROUP BY age > 35 ORDER BY age > 35"))
    assert young < 0.5 * rest
    digital = dict(sql("""
        SELECT age >= 60, (sum(self_service_txns) / sum(self_service_txns + counter_txns))::double
        FROM digital JOIN closing USING (customer_id) GROUP BY 1
    """))
    assert digital[True] < 0.6 * digital[False]
    [(unplanned,)] = sql("""
        SELECT avg((customer_id NOT IN (SELECT customer_id FROM holdings WHERE end_date IS NULL
        AND product_type IN ('wealth', 'insurance')))::int) FROM closing WHERE age BETWEEN 36 AND 50
    """)
    assert unplanned > 0.5
    assert f"{unplanned:.1%} without" in stated("No plan in the middle")
    over = dict(sql("""
        SELECT age > 50, avg((h.risk_level > c.risk_level)::int) FROM holdings h JOIN closing c USING (customer_id)
        WHERE h.end_date IS NULL AND h.product_type IN ('wealth', 'fund') AND c.risk_level IS NOT NULL GROUP BY 1
    """))
    assert 0.01 < over[True] < 0.04
    assert over[False] == 0


def test_two_branches_are_behind_their_plan(sql: Sql) -> None:
    attained = dict(sql("""
        SELECT branch_id, count(*) / any_value(target)::double FROM closing
        JOIN targets ON unit_id = 'branch:' || branch_id AND metric_id = 'customers_total' AND period = '2025-12' GROUP BY 1
    """))
    assert {branch for branch, share in attained.items() if share < 0.9} == {"B02", "B06"}
    assert min(share for branch, share in attained.items() if branch not in ("B02", "B06")) > 0.98
    assert sql("SELECT count(*) FROM targets WHERE metric_id = 'customers_gross_new' AND period IN ('2024', '2025')") == [(32,)]
    assert sql("SELECT sum(target) FILTER (unit_id LIKE 'branch:%') - sum(target) FILTER (unit_id = 'bank') FROM targets "
               "WHERE metric_id <> 'training_hours'") == [(0,)]


def test_people_training_and_managers(sql: Sql) -> None:
    hours = dict(sql("""
        SELECT branch_id, (sum(hours) / (SELECT count(*) FROM staff WHERE branch_id = s.branch_id))::double
        FROM training JOIN staff s ON staff_id = rm_id WHERE year(training_date) = 2025 GROUP BY 1
    """))
    assert hours.pop("B04") < 20
    assert min(hours.values()) > 20
    [(certified,)] = sql("SELECT avg((certificates IS NOT NULL)::int) FROM staff")
    assert 0.73 < certified < 0.77
    loads = sql("""
        SELECT tier, median(n), max(n) FROM (SELECT tier, rm_id, count(*) AS n FROM closing WHERE tier <> 'mass'
        AND rm_id IS NOT NULL GROUP BY ALL HAVING n > 10) GROUP BY 1 ORDER BY 1
    """)
    assert [tier for tier, *_ in loads] == ["affluent", "private"]
    assert 105 < loads[0][1] < 130
    assert loads[0][2] > 200
    assert 34 < loads[1][1] < 45
    assert loads[1][2] <= 60
    assert sql("""
        SELECT branch_id, rm_id FROM (SELECT branch_id, rm_id, sum(aum) / sum(sum(aum)) OVER (PARTITION BY branch_id)
        AS part FROM closing WHERE tier = 'private' AND rm_id IS NOT NULL GROUP BY branch_id, rm_id) WHERE part > 0.40
    """) == [("B09", "M0901")]
    [(covered,)] = sql("SELECT avg((rm_id IS NOT NULL AND rm_id <> 'M0302')::int) FROM closing WHERE tier <> 'mass'")
    assert 0.96 < covered < 0.98


def test_support_notices_and_competition(sql: Sql) -> None:
    slow = dict(sql("""
        SELECT dept, quantile_cont(date_diff('minute', raised_at::timestamp, first_response_at::timestamp), 0.9) / 60
        FROM tickets GROUP BY 1
    """))
    assert slow.pop("technology") > 24
    assert max(slow.values()) < 14
    late = dict(sql("SELECT notice_id, avg((sent_at IS NULL OR sent_at > effective_at - 3)::int) FROM notices GROUP BY 1"))
    assert {notice for notice, share in late.items() if share > 0} == {"N2505", "N2511"}
    assert min(late["N2505"], late["N2511"]) > 0.2
    assert f"{late['N2505']:.0%} and {late['N2511']:.0%} told" in stated("Notices too late")
    gaps = {(str(day), kind): float(gap) for day, kind, gap in
            sql("SELECT as_of, product_type, max(rate) - any_value(our_rate) FROM competitors GROUP BY ALL")}
    assert gaps.pop(("2025-12-31", "deposit_time")) == pytest.approx(0.15)
    assert max(gaps.values()) < 0.10


def test_forums_feedback_profiles_and_sleepers(sql: Sql) -> None:
    regions = sql("""
        SELECT DISTINCT c.region_id FROM activities a JOIN customers c USING (branch_id)
        WHERE activity_type = 'forum' AND a.tier = 'private' AND activity_date >= DATE '2025-01-01' ORDER BY 1
    """)
    assert regions == [("R1",), ("R2",)]
    assert sql("SELECT count(*) FROM activities WHERE activity_type = 'forum' AND branch_id IS NULL") == [(0,)]
    [(adopted,)] = sql("SELECT sum(adopted_items) / sum(feedback_items) FROM activities WHERE activity_date >= DATE '2025-01-01'")
    assert 0.42 < adopted < 0.48
    assert f"{adopted:.0%} taken up" in stated("Feedback")
    fields = ("birth_date", "gender", "occupation", "annual_income", "marital_status", "children", "hobbies",
              "risk_level", "education")
    filled = " + ".join(f"({field} IS NOT NULL)::int" for field in fields)
    complete = dict(sql(f"SELECT branch_id, avg(({filled}) / {len(fields)}) FROM customers GROUP BY 1"))
    assert complete.pop("B06") == pytest.approx(0.70, abs=0.02)
    assert all(share == pytest.approx(0.85, abs=0.02) for share in complete.values())
    [(asleep, poor)] = sql("SELECT avg((NOT active)::int), avg((aum < 20000)::int) FILTER (NOT active) FROM closing WHERE tier = 'mass'")
    assert 0.13 < asleep < 0.18
    assert poor == 1
    [(acknowledged,)] = sql("SELECT avg((acknowledged_at <= event_date + 3)::int) FILTER (true) FROM life_events")
    assert acknowledged > 0.9


def test_pay_is_steady_for_employees_and_not_for_freelancers(sql: Sql) -> None:
    spread = dict(sql("""
        SELECT occupation, median(v) FROM (
            SELECT customer_id, occupation, stddev_samp(amount) / avg(amount) AS v
            FROM transactions JOIN customers USING (customer_id) WHERE counterparty = 'salary'
            GROUP BY ALL HAVING count(*) >= 6) GROUP BY 1
    """))
    assert spread["employee"] < 0.05
    assert spread["freelance"] > 0.4
    assert set(spread) == {"employee", "civil_servant", "executive", "corporate_finance_head", "freelance"}
