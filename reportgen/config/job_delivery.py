"""What a job says of its delivery: that its reports are mailed, and the figure of the subject."""

from __future__ import annotations

from pydantic import Field

from reportgen.config.model import Id, Model


class DeliveryRule(Model):
    """Who gets the mails stands in `config/recipients.yaml`, how they go out in `config/delivery.yaml`."""

    send: bool = Field(True, description="Mail what is released; false queues nothing.")
    headline: Id | None = Field(None, description="Metric of the subject; the first amount of the summary otherwise.")
    most: int = Field(2000, ge=1, description="More mails of one run than this are held for `outbox release`.")
