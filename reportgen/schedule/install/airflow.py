"""An Airflow DAG file: one DAG that ticks, one that makes a period asked for by hand."""

from __future__ import annotations

import shlex

from reportgen.schedule.install.crontab import moments
from reportgen.schedule.install.handover import Handover, Written
from reportgen.schedule.install.systemd import interval

NAME = "reportgen_dag.py"

_DAG = '''\
"""reportgen: the reports that are due, and one period on demand.

`reportgen_tick` looks every {words}; the program decides what is due in each job's own calendar and zone, keeps its own
ledger and catches up by itself. So Airflow's catch-up is off, and a second look at the same time does no harm.
`reportgen_run` is started by hand with a job and a period; without a period it takes the month before the day of
Airflow's logical date, which fits monthly jobs.
"""

from datetime import datetime, timedelta, timezone

try:  # Airflow 3
    from airflow.providers.standard.operators.bash import BashOperator
    from airflow.sdk import DAG
except ImportError:  # Airflow 2
    from airflow import DAG
    from airflow.operators.bash import BashOperator

FOLDER = {folder!r}
START = datetime(2026, 1, 1, tzinfo=timezone.utc)

with DAG(
    dag_id="reportgen_tick",
    schedule={schedule!r},
    start_date=START,
    catchup=False,
    max_active_runs=1,
    tags=["reportgen"],
):
    BashOperator(
        task_id="tick",
        # The blank at the end: Airflow takes a command that ends in .sh for the name of a file.
        bash_command={tick!r},
        cwd=FOLDER,
        append_env=True,
        retries=0,  # the next look resumes what was cut short
    )

with DAG(
    dag_id="reportgen_run",
    schedule=None,
    start_date=START,
    catchup=False,
    max_active_runs=1,
    params={{"job": {job!r}, "period": ""}},
    tags=["reportgen"],
):
    BashOperator(
        task_id="run",
        # What is typed into the form reaches the shell as a variable, never as a part of the command.
        bash_command={run!r},
        env={{
            "REPORTGEN_JOB": "{{{{ params.job }}}}",
            "REPORTGEN_PERIOD": "{{{{ params.period or "
            "macros.ds_format(macros.ds_add(ds[:8] ~ '01', -1), '%Y-%m-%d', '%Y-%m') }}}}",
        }},
        cwd=FOLDER,
        append_env=True,
        retries=2,
        retry_delay=timedelta(minutes=5),
    )
'''


def written(handover: Handover) -> Written:
    """`reportgen_dag.py` for Airflow 2.9 and 3."""
    program = shlex.join(handover.program)
    text = _DAG.format(
        words=interval(handover.every), folder=str(handover.folder), schedule=moments(handover.every),
        tick=f"{_raw(shlex.join(handover.command))} ", job=_example(handover.jobs),
        run=f'{_raw(program)} run "$REPORTGEN_JOB" --period "$REPORTGEN_PERIOD" '
            f"--output {_raw(shlex.quote(str(handover.output)))} ",
    )
    return Written(
        ((NAME, text),),
        (
            f"cp {{folder}}/{NAME} \"$AIRFLOW_HOME/dags/\"",
            "airflow dags list-import-errors",
            "airflow dags unpause reportgen_tick",
            "airflow dags trigger reportgen_run --conf "
            + shlex.quote('{"job": "config/jobs/NAME.yaml", "period": "2026-10"}'),
        ),
    )


def _example(jobs: tuple[str, ...]) -> str:
    """The first job that is named outright; a pattern names none."""
    return next((job for job in jobs if not any(mark in job for mark in "*?[")), "config/jobs/NAME.yaml")


def _raw(text: str) -> str:
    """A command is a Jinja template to Airflow: braces of a path stay braces."""
    return f"{{% raw %}}{text}{{% endraw %}}" if "{" in text else text
