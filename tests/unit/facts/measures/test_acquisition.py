"""Leads and campaigns by hand."""

from __future__ import annotations

from fractions import Fraction

import pytest

from reportgen.facts.explain import explain

LEADS = (
    ("lead_id", "source", "created_at", "customer_id", "stage", "stage_date"),
    [
        ("L1", "referral", "2025-07-01", "C1", "won", "2025-09-01"),
        ("L2", "online", "2025-06-30", "", "won", "2025-12-01"),
        ("L3", "online", "2025-12-10", "", "contacted", "2025-12-20"),
        ("L4", "walk_in", "2025-11-01", "", "lost", "2025-11-20"),
        ("L5", "referral", "2025-10-10", "C2", "won", "2026-01-03"),
        ("L6", "walk_in", "2025-12-31", "", "", ""),
        ("L7", "online", "2026-01-01", "", "created", "2026-01-01"),
        ("L8", "referral", "2024-01-01", "C3", "won", "2024-12-31"),
    ],
)
CAMPAIGNS = (
    ("campaign_id", "customer_id", "targeted", "reached", "converted", "control"),
    [
        ("P", "C1", "yes", "yes", "yes", "no"),
        ("P", "C2", "yes", "no", "no", "no"),
        ("P", "C3", "no", "no", "yes", "yes"),
        ("P", "C4", "no", "no", "no", "yes"),
        ("Q", "C5", "yes", "yes", "yes", "no"),
        ("Q", "C7", "no", "no", "no", "yes"),
        ("Q", "C6", "yes", "yes", "no", "no"),
        ("Q", "C9", "yes", "yes", "no", "no"),
        ("R", "C1", "yes", "yes", "no", "no"),
    ],
)


@pytest.fixture
def facts(small_bank):
    return small_bank({"leads": LEADS, "campaigns": CAMPAIGNS})


def test_leads_of_six_months_as_the_period_s_end_knew_them(facts):
    # Created July to December: L1 (won), L3 (contacted), L4 (lost), L5 (won in January: not known yet), L6 (no stage).
    assert facts.find("lead_conversion").value == Fraction(1, 5)
    assert facts.find("lead_conversion", dimension="lead_source", segment="referral").value == Fraction(1, 2)
    stages = {one.segment: one.num for one in facts.segments("lead_stage", "lead_stage")}
    assert stages == {"created": 5, "contacted": 2, "qualified": 1, "proposal": 1, "won": 1, "lost": 1}
    # June to November: L1 (won), L2 (won in December), L4 (lost), L5.
    assert facts.find("lead_conversion", at="2025-11").value == Fraction(1, 4)


def test_conversion_is_the_bank_s_alone(facts):
    assert facts.find("lead_conversion", scope="branch:B1") is None, "only leads that were won name a branch"
    assert facts.find("referral_share", scope="branch:B1").value == 1


def test_referrals_among_those_won_in_a_year(facts):
    assert facts.find("referral_share").value == Fraction(1, 2)
    assert facts.find("referral_share", at="2025-11").value == Fraction(2, 2), "L1, and L8 of December 2024"
    assert facts.find("referral_share", dimension="branch", segment="B1").value == 1


def test_uplift_of_each_campaign(facts):
    def of(metric: str, campaign: str):
        found = facts.find(metric, dimension="campaign", segment=campaign)
        return found and (found.value, found.n)

    assert of("campaign_conversion", "P") == (1, 1)
    assert of("campaign_conversion_targeted", "P") == (Fraction(1, 2), 2)
    assert of("campaign_conversion_control", "P") == (Fraction(1, 2), 2)
    assert of("campaign_uplift", "P") == (0, 4)
    assert of("campaign_uplift", "Q") == (1, 2), "one who left and one nobody knows are out"
    assert of("campaign_conversion", "R") == (0, 1)
    assert of("campaign_uplift", "R") is None, "no control group, no uplift"


def test_uplift_over_campaigns_is_not_bent_by_their_mix(facts):
    targeted, control = facts.find("campaign_conversion_targeted"), facts.find("campaign_conversion_control")
    uplift = facts.find("campaign_uplift")
    assert targeted.value == Fraction(2, 3)
    assert control.value == Fraction(2 * 1, 2 * 3), "P's half counts for two targeted, Q's nothing for one"
    assert uplift.value == targeted.value - control.value
    assert uplift.n == 6
    assert facts.find("campaign_uplift", scope="branch:B2") is None


def test_facts_lead_to_their_queries_and_lacks_are_named(facts, small_bank):
    assert explain(facts, "bank/campaign_uplift[campaign=P]@2025-12").query == "campaign campaign"
    assert explain(facts, "bank/lead_conversion[lead_source=referral]@2025-12").query == "leads lead_source"
    plain = small_bank({"campaigns": (CAMPAIGNS[0][:5], [row[:5] for row in CAMPAIGNS[1]])})
    assert plain.find("campaign_uplift") is None
    assert plain.find("campaign_conversion", dimension="campaign", segment="Q").value == Fraction(1, 1)
    lacking = {one.subject: one.needs for one in plain.omissions}
    assert lacking["campaign_uplift"] == ("campaigns.control",)
    assert "leads.stage" in lacking["lead_stage"]
