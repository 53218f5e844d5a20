"""How few customers a printed figure may stand for."""

from __future__ import annotations

from pydantic import Field

from reportgen.config.model import Model


class DisclosureRule(Model):
    """Figures of fewer customers are withheld, and as many others as keep them from being worked out."""

    min_count: int = Field(
        ge=2, le=1000,
        description="Figures of 1 to this many less one customers are withheld; needs the extra `disclosure`.",
    )
