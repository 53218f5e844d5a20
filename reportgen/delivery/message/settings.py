"""How mails look and how large they may be: what `config/delivery.yaml` says of it, in the mail's own terms."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Naming = Literal["ascii", "rfc2231", "both"]


@dataclass(frozen=True, slots=True)
class MailSettings:
    """`limit` is bytes of the whole mail, after base64."""

    sender: str
    """`客户部 <reports@bank.example>`."""
    limit: int = 20_000_000
    link: str = ""
    """Where a PDF is found that is too large to attach: `https://reports.bank.example/{edition}/{file}`."""
    attachment_name: Naming = "both"
    """ascii: an ASCII name alone; rfc2231: the name in the mail's language; both: for old clients too."""
    watermark: bool = False
    """Write the addressee at the foot of each page of their copy."""
    summary: Literal["sealed", "always"] = "sealed"
    """sealed: where the PDF needs a password its figures do not stand in the open mail either."""
    headline: str = ""
    """Metric of the subject; empty for the first tile that is an amount of money, else the first."""
