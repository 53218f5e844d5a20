"""A line for a user's crontab."""

from __future__ import annotations

import shlex

from reportgen.schedule.install.handover import DAY, HOUR, Handover, Written

NAME = "reportgen.crontab"


def written(handover: Handover) -> Written:
    """`reportgen.crontab`: comments and one line; what it prints is appended to `<output>/tick.log`."""
    lines = (
        "# reportgen: makes the reports that are due. The program decides what is due, in each job's own time zone.",
        "# Secrets such as REPORTGEN_LEDGER are set above the line: REPORTGEN_LEDGER=postgresql://…",
        f"{moments(handover.every)} {_escaped(command(handover))}",
        "",
    )
    return Written(
        ((NAME, "\n".join(lines)),),
        (
            f"( crontab -l 2>/dev/null; cat {{folder}}/{NAME} ) | crontab -",
            "crontab -l                                  # to see it; crontab -e to take it out",
            f"tail {shlex.quote(str(handover.output / 'tick.log'))}      # what it did; let logrotate keep it short",
        ),
    )


def command(handover: Handover) -> str:
    """The command for /bin/sh, complete: cron gives neither a working folder nor a PATH to rely on."""
    output = shlex.quote(str(handover.output))
    log = shlex.quote(str(handover.output / "tick.log"))
    folder = shlex.quote(str(handover.folder))
    return f"cd {folder} && mkdir -p {output} && {shlex.join(handover.command)} >>{log} 2>&1"


def moments(minutes: int) -> str:
    """The five fields: `*/15 * * * *`, `0 */2 * * *`, `0 0 * * *`."""
    if minutes == DAY:
        return "0 0 * * *"
    if minutes == HOUR:
        return "0 * * * *"
    return f"*/{minutes} * * * *" if minutes < HOUR else f"0 */{minutes // HOUR} * * *"


def _escaped(text: str) -> str:
    """cron makes a newline of an unescaped `%`, inside quotes as well."""
    return text.replace("%", "\\%")
