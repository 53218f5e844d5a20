"""What several jobs share: where a bank's data lie, its tiers and its segments, in one file named by `data:`."""

from __future__ import annotations

from pydantic import Field

from reportgen.config.dimension import Dimension
from reportgen.config.frame import Frame, Role
from reportgen.config.gates import Gates
from reportgen.config.job import Currency, Tier
from reportgen.config.model import Id, Label, Model
from reportgen.config.source import Source


class DataContract(Model):
    """Top-level keys of a job that a job may leave to this file; the job's own win."""

    currency: Currency | None = None
    organisation: Label | None = None
    department: Label | None = None
    approver: Label | None = None
    units: str | None = None
    sources: dict[Id, Source] = Field(default_factory=dict)
    frames: dict[Role, Frame] = Field(default_factory=dict)
    tiers: tuple[Tier, ...] = ()
    dimensions: dict[Id, Dimension] = Field(default_factory=dict)
    gates: Gates | None = None
