"""Measures: one file a subject. Each takes the bench, looks whether its tables are there, and publishes facts.

A new measure is one file and one entry in MEASURES; its metrics stand in `config/metrics/*.yaml`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from reportgen.facts.bench import Bench
from reportgen.facts.measures.activities import activities
from reportgen.facts.measures.balances import balances
from reportgen.facts.measures.campaigns import campaigns
from reportgen.facts.measures.care import life_events
from reportgen.facts.measures.cohorts import cohorts
from reportgen.facts.measures.competitors import competitors
from reportgen.facts.measures.complaints import complaints
from reportgen.facts.measures.contacts import contacts
from reportgen.facts.measures.digital import digital
from reportgen.facts.measures.dormancy import dormancy
from reportgen.facts.measures.history_flows import history_flows
from reportgen.facts.measures.holdings import holdings
from reportgen.facts.measures.incidents import incidents
from reportgen.facts.measures.income import income
from reportgen.facts.measures.leads import leads
from reportgen.facts.measures.leavers import leavers
from reportgen.facts.measures.notices import notices
from reportgen.facts.measures.profile import profile
from reportgen.facts.measures.purchases import purchases
from reportgen.facts.measures.staff import staff
from reportgen.facts.measures.surveys import surveys
from reportgen.facts.measures.targets import targets
from reportgen.facts.measures.tickets import tickets
from reportgen.facts.measures.tiers import tiers
from reportgen.facts.measures.training import training
from reportgen.facts.measures.transactions import transactions
from reportgen.facts.measures.trend import trend


@dataclass(frozen=True, slots=True)
class Measure:
    """A measure and the metrics it publishes; it runs where one of them is wanted."""

    run: Callable[[Bench], None]
    metrics: tuple[str, ...]


MEASURES: tuple[Measure, ...] = (
    Measure(trend, ("aum_per_customer", "aum_point", "customers_total")),
    Measure(history_flows, (
        "aum_churn_rate", "aum_gross_new", "aum_lost_open", "aum_net_new", "aum_retained_open",
        "aum_retention_rate", "churn_rate", "customers_gross_new", "customers_lost", "customers_net_new",
        "customers_retained", "gross_new_share", "retention_rate",
    )),
    Measure(tiers, (
        "aum_less_purchases", "below_tier_watch", "below_tier_watch_share", "customers_below_floor",
        "customers_not_qualified", "downgrade_rate", "near_down_falling", "near_threshold_down",
        "near_threshold_up", "tier_downgraded", "tier_upgraded", "upgrade_rate", "wealth_qualified",
        "wealth_qualified_amount", "wealth_qualified_aum_share", "wealth_qualified_average",
        "wealth_qualified_share",
    )),
    Measure(balances, (
        "aum_avg", "contribution_per_customer", "contribution_share", "debt_ratio", "debt_stressed",
        "deposit_deviation", "idle_share", "savings_ratio", "time_deposit_share", "volatility", "wealth_share",
    )),
    Measure(cohorts, ("retention_6m_new", "retention_6m_old", "retention_cohort", "survival")),
    Measure(holdings, (
        "cross_sell_rate", "maturing_amount", "maturing_share", "no_plan_share", "one_product_share", "over_index",
        "product_penetration", "products_per_customer", "risk_match", "risk_mismatched",
    )),
    Measure(purchases, ("maturity_takeup", "redemption_rate", "second_purchase")),
    Measure(transactions, (
        "large_outflow_count", "outflow_amount", "outflow_customers", "outflow_customers_aum", "outflow_rate",
    )),
    Measure(dormancy, ("dormant_customers", "dormant_rate")),
    Measure(income, ("income_stability",)),
    Measure(profile, ("hobby_share", "over_index", "profile_completeness", "profile_field", "tier_missing")),
    Measure(contacts, (
        "aum_share_gap", "contact_freq", "contact_overdue", "contact_overdue_share", "contact_rate",
        "contact_unrecorded", "contacts_count", "cost_to_serve_mix", "days_since_contact", "days_since_contact_p90",
        "empty_contact_share", "personal_contact_share", "policy_contact_share", "policy_to_personal", "visit_rate",
    )),
    Measure(staff, (
        "coverage_rate", "customers_unassigned", "rm_backup_rate", "rm_load_max", "rm_load_median", "rm_top_share",
    )),
    Measure(leavers, ("rm_leaver_loss", "rm_others_loss")),
    Measure(life_events, ("event_ack_rate", "events_count")),
    Measure(activities, (
        "activities_count", "feedback_adoption", "feedback_adoption_year", "forum_attendance", "forum_held",
    )),
    Measure(notices, ("notice_coverage", "notice_late")),
    Measure(leads, ("lead_conversion", "lead_stage", "referral_share")),
    Measure(campaigns, (
        "campaign_conversion", "campaign_conversion_control", "campaign_conversion_targeted", "campaign_uplift",
    )),
    Measure(complaints, (
        "complaint_close_rate", "complaint_days", "complaint_days_median", "complaint_days_p90",
        "complaint_on_time", "complaint_rate", "complaint_repeat", "complaints_count", "complaints_overdue",
        "complaints_satisfied",
    )),
    Measure(surveys, ("csat", "csat_satisfied_share", "nps", "survey_response", "surveys_low_unfollowed")),
    Measure(tickets, (
        "ticket_backlog", "ticket_close_rate", "ticket_rating", "ticket_response", "ticket_response_over",
        "ticket_response_p90", "tickets_count", "tickets_cross_unit",
    )),
    Measure(incidents, ("incident_customers", "incident_minutes", "incidents_count")),
    Measure(digital, ("digital_rate", "mau", "mau_share")),
    Measure(training, ("certified_share", "training_hours")),
    Measure(competitors, ("rate_gap",)),
    Measure(targets, (
        "target_actual_customers", "target_actual_money", "target_actual_money_per_customer", "target_actual_share",
        "target_actual_count", "target_actual_per_person", "target_actual_score", "target_value_customers",
        "target_value_money", "target_value_money_per_customer", "target_value_share", "target_value_count",
        "target_value_per_person", "target_value_score", "target_attainment", "target_elapsed",
    )),
)
"""In order: a later measure may use facts of an earlier one (plans are compared last)."""
