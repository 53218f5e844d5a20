"""Hand-over of the clock: files that make systemd, cron, Kubernetes or Airflow call `reportgen tick`.

What is due is decided by `tick` from the calendar and the ledger, so all four are equal: they only say "look now".
One target, one file; `TARGETS` lists them by hand.
"""

from __future__ import annotations

from collections.abc import Callable

from reportgen.schedule.install import airflow, crontab, kubernetes, systemd
from reportgen.schedule.install.handover import Handover, Written

TARGETS: dict[str, Callable[[Handover], Written]] = {
    "systemd": systemd.written,
    "crontab": crontab.written,
    "kubernetes": kubernetes.written,
    "airflow": airflow.written,
}
"""Name on the command line to what writes its files."""
