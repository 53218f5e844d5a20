"""A systemd service and its timer."""

from __future__ import annotations

from pathlib import Path

from reportgen.schedule.install.handover import DAY, HOUR, Handover, Written

NAME = "reportgen-tick"
_SHARED_TEMPORARY = (Path("/tmp"), Path("/var/tmp"))  # noqa: S108 - compared with, never written to


def written(handover: Handover) -> Written:
    """`reportgen-tick.service` and `reportgen-tick.timer`, as `systemd-analyze verify` accepts them."""
    return Written(
        ((f"{NAME}.service", _service(handover)), (f"{NAME}.timer", _timer(handover))),
        (
            f"systemd-analyze verify {{folder}}/{NAME}.service {{folder}}/{NAME}.timer",
            f"sudo cp {{folder}}/{NAME}.service {{folder}}/{NAME}.timer /etc/systemd/system/",
            f"sudo systemctl daemon-reload && sudo systemctl enable --now {NAME}.timer",
            f"systemctl list-timers {NAME}.timer        # when it looks next",
            f"journalctl -u {NAME}                      # what it did",
        ),
    )


def _service(handover: Handover) -> str:
    output = _quoted(str(handover.output))
    user = [f"User={handover.user}"] if handover.user else []
    hidden = any(path.is_relative_to(shared) for shared in _SHARED_TEMPORARY
                 for path in (handover.folder, handover.output))
    private = ["# PrivateTmp would hide this project, which lies in a temporary folder.",
               "ReadWritePaths=/tmp /var/tmp"] if hidden else ["PrivateTmp=yes"]
    return "\n".join((
        "[Unit]",
        "Description=Make the reports that are due (reportgen tick)",
        "Wants=network-online.target",
        "After=network-online.target time-sync.target",
        "",
        "[Service]",
        "Type=oneshot",
        *user,
        f"WorkingDirectory={_specifiers(str(handover.folder))}",
        "# Secrets such as REPORTGEN_LEDGER=postgresql://…, readable by root only.",
        "EnvironmentFile=-/etc/reportgen/environment",
        f"ExecStart={' '.join(_argument(part) for part in (*_through(handover.program[0]), *handover.command))}",
        "# A run lasts as long as it lasts; a stop is announced and leaves a run that the next tick resumes.",
        "TimeoutStartSec=infinity",
        "TimeoutStopSec=120",
        "Nice=5",
        "",
        "NoNewPrivileges=yes",
        "ProtectSystem=strict",
        "ProtectHome=read-only",
        # The minus: without the folder the program itself says so, in words.
        f"ReadWritePaths=-{output}",
        *private,
        "# Fonts and drawings keep what they looked up; the home folder is read-only here.",
        "CacheDirectory=reportgen-tick",
        "Environment=XDG_CACHE_HOME=%C/reportgen-tick",
        "PrivateDevices=yes",
        "ProtectKernelTunables=yes",
        "ProtectKernelModules=yes",
        "ProtectControlGroups=yes",
        "ProtectClock=yes",
        "RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6",
        "RestrictSUIDSGID=yes",
        "RestrictRealtime=yes",
        "LockPersonality=yes",
        "SystemCallArchitectures=native",
        *([] if handover.user in {"", "root"} else ["CapabilityBoundingSet="]),
        "# MemoryDenyWriteExecute is left out: the engine and the renderer make machine code as they run.",
        "",
    ))


def _timer(handover: Handover) -> str:
    return "\n".join((
        "[Unit]",
        f"Description=Look every {interval(handover.every)} for reports that are due",
        "",
        "[Timer]",
        f"OnCalendar={_calendar(handover.every)}",
        "# After a night without power the missed look is made at once; the tick decides what is owed.",
        "Persistent=true",
        f"RandomizedDelaySec={handover.delay}",
        f"Unit={NAME}.service",
        "",
        "[Install]",
        "WantedBy=timers.target",
        "",
    ))


def interval(minutes: int) -> str:
    """`15 minutes`, `2 hours`, `day`."""
    if minutes == DAY:
        return "day"
    amount, unit = (minutes, "minute") if minutes < HOUR else (minutes // HOUR, "hour")
    return unit if amount == 1 else f"{amount} {unit}s"


def _calendar(minutes: int) -> str:
    """systemd's calendar expression: `*-*-* *:00/15:00`, `*-*-* 00/2:00:00`."""
    if minutes == DAY:
        return "*-*-* 00:00:00"
    return f"*-*-* *:00/{minutes}:00" if minutes < HOUR else f"*-*-* 00/{minutes // HOUR}:00:00"


def _through(program: str) -> tuple[str, ...]:
    """systemd refuses quotation marks in the name of what it starts, and knows no escape for them: `env` takes it."""
    return ("/usr/bin/env",) if any(mark in program for mark in "\"'\\$") else ()


def _specifiers(text: str) -> str:
    """`%` begins a specifier in a unit file."""
    return text.replace("%", "%%")


def _quoted(text: str) -> str:
    """One word of a list of paths."""
    escaped = _specifiers(text).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"' if any(mark in text for mark in " \t\"'\\") else escaped


def _argument(text: str) -> str:
    """One argument of a command line: `$` begins a variable there, and a lone `;` ends the command."""
    word = _quoted(text).replace("$", "$$")
    return '";"' if text == ";" else word or '""'
