"""The command line as a whole: what it lists, how it fails, how quickly it starts."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

import click
import pytest

import reportgen.errors
from reportgen.cli import main
from reportgen.cli.failure import printable
from reportgen.cli.group import COMMANDS
from reportgen.errors import ExitCode, Problem, ReportgenError

ROOT = Path(__file__).resolve().parents[3]
HEAVY = ("ibis", "pandas", "numpy", "matplotlib", "weasyprint", "duckdb", "pyarrow", "scipy", "jinja2", "rich")


def test_help_lists_every_command(desk: Any) -> None:
    told = desk.call("--help")
    assert told.code == 0
    for name in COMMANDS:
        assert re.search(rf"^  {name}\b", told.out, re.MULTILINE)


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_help_with_an_example(desk: Any, name: str) -> None:
    told = desk.call(name, "--help")
    assert told.code == 0
    assert f"reportgen {name}" in told.out.split("Usage:")[1].split("\n", 1)[1]
    command = getattr(import_module(f"reportgen.cli.{name}"), name)
    assert isinstance(command, click.Command)
    assert all(option.help for option in command.params if isinstance(option, click.Option))


def test_the_version(desk: Any) -> None:
    from reportgen import __version__

    assert desk.call("--version").out.strip() == f"reportgen {__version__}"


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("chek",), "There is no command 'chek'. Did you mean 'check'? Commands: run,"),
        (("check",), "Missing argument 'JOB'."),
        (("run", "job.yaml", "--period", "2011-05", "--workers", "0"), "'--workers': 0 is not in the range x>=1"),
        (("facts", "job.yaml", "--format", "xls"), "xls"),
        (("run", "job.yaml", "--period", "2011-13"), "'2011-13' is not a period."),
        (("facts", "job.yaml", "--period", "2011-05", "--format", "parquet"), "--format parquet needs --out F"),
        (("facts", "job.yaml", "--period", "2011-05", "--out", "no/where.csv"), "there is no such folder"),
        (("run", "jab.yaml", "--period", "2011-05"), "jab.yaml: there is no such file. Did you mean 'job.yaml'?"),
        (("run", "job.yaml", "--period", "2011-05", "--output", ""), "'--output': a folder's name is needed"),
        (("run", "job.yaml", "--period", "２０１１-０５"), "only the digits 0 to 9, Q and - make one. Write 2011-05."),
        (("run", "job.yaml", "--period", "2011-Q2"),
         "job.yaml:1:1: the job reports every month, and 2011-Q2 is a quarter; write a month such as 2011-06."),
        (("check", "job.yaml", "--period", "2011"), "2011 is a year; write a month such as 2011-12."),
        (("run", "none.yaml", "--period", "2011-05"), "none.yaml: there is no such file. There are job.yaml."),
    ],
)
def test_a_wrong_command_line_is_exit_2(desk: Any, arguments: tuple[str, ...], words: str) -> None:
    told = desk.call(*arguments)
    assert told.code == ExitCode.JOB
    assert told.out == ""
    assert words in told.err.splitlines()[0]


@pytest.mark.parametrize("command", ["run", "facts", "findings"])
def test_a_missing_period_is_asked_for_with_those_there_are(desk: Any, command: str) -> None:
    told = desk.call(command, desk.job)
    assert told.code == ExitCode.JOB
    assert told.err.splitlines() == [
        "--period is missing. The sources: list holds 2011-05-31.", "  Nothing was run.",
        f"  reportgen {command} job.yaml --period 2011-05",
    ]


def test_a_job_with_slips_is_refused_before_the_pipeline(desk: Any) -> None:
    desk.edit("unit: 元", "kind: money")
    told = desk.call("run", desk.job, "--period", "2011-05")
    assert told.code == ExitCode.JOB
    assert told.err.startswith("job.yaml:12:12: frames.snapshots.columns.aum: an amount needs its unit")
    assert told.err.splitlines()[-1] == "  Nothing was run."


def _errors() -> list[type[ReportgenError]]:
    return [one for one in vars(reportgen.errors).values() if isinstance(one, type) and issubclass(one, ReportgenError)]


@pytest.mark.parametrize("error", _errors())
def test_each_error_has_its_exit_code(
    desk: Any, pipeline: Callable[..., None], error: type[ReportgenError]
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise error([Problem("here", "one"), Problem("there", "two")], state="A state.", hint="A hint.")

    pipeline(run_job=fail)
    told = desk.call("run", desk.job, "--period", "2011-05")
    assert told.code == error.code
    assert told.err.splitlines() == ["here: one", "there: two", "  A state.", "  A hint."]
    assert told.out == ""


def test_a_long_problem_stays_on_its_line(desk: Any, pipeline: Callable[..., None]) -> None:
    def fail(*_: object, **__: object) -> None:
        raise ReportgenError(Problem("place", "word " * 200))

    pipeline(run_job=fail)
    assert len(desk.call("run", desk.job, "--period", "2011-05").err.splitlines()) == 1


def test_an_unexpected_error_names_its_place_and_no_value(desk: Any, pipeline: Callable[..., None]) -> None:
    def fail(*_: object, **__: object) -> None:
        raise ValueError("could not convert 'Zhang San 13800000000'")

    pipeline(run_job=fail)
    told = desk.call("run", desk.job, "--period", "2011-05")
    assert told.code == ExitCode.UNEXPECTED
    first, second, third = told.err.splitlines()
    assert first.startswith("An unexpected error (ValueError) in reportgen/cli/run.py:")
    assert re.fullmatch(r"  Run [0-9a-f]{12}; no report was issued\.", second)
    assert "--verbose" in third
    told = desk.call("--verbose", "run", desk.job, "--period", "2011-05")
    assert "ValueError, most recent call last:" in told.err
    assert "in fail" in told.err
    assert "Zhang San" not in told.err
    assert "13800000000" not in told.err


def test_the_causes_of_an_unexpected_error_are_told_without_values(desk: Any, pipeline: Callable[..., None]) -> None:
    def fail(*_: object, **__: object) -> None:
        try:
            raise KeyError("6222021234567890")
        except KeyError as error:
            raise RuntimeError("card 6222021234567890") from error

    pipeline(run_job=fail)
    told = desk.call("--verbose", "run", desk.job, "--period", "2011-05")
    assert "RuntimeError, most" in told.err
    assert "KeyError, most" in told.err
    assert "6222" not in told.err


def test_an_interrupt_is_exit_130(desk: Any, pipeline: Callable[..., None]) -> None:
    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    pipeline(run_job=interrupted)
    told = desk.call("run", desk.job, "--period", "2011-05")
    assert told.code == ExitCode.INTERRUPTED
    assert told.err == "Interrupted. No report was issued.\n"


def test_a_single_day_may_always_be_asked_for(desk: Any) -> None:
    assert desk.call("check", desk.job, "--period", "2011-05-31").code == 0


def test_explain_suggests_a_whole_command(desk: Any) -> None:
    assert desk.call("explain", desk.job, "nonsense").err.splitlines() == [
        "the fact's id names no period, and --period is missing. The sources: list holds 2011-05-31.",
        "  Nothing was run.", "  reportgen explain job.yaml bank/customers_total@2011-05",
    ]


def test_places_are_relative_to_the_working_folder(desk: Any, pipeline: Callable[..., None]) -> None:
    def fail(*_: object, **__: object) -> None:
        raise ReportgenError(Problem(f"{desk.root}/a/b.yaml:1:2", f"not {desk.root}/c, and not /x{desk.root}/d."))

    pipeline(run_job=fail)
    told = desk.call("run", desk.job, "--period", "2011-05")
    assert told.err == f"a/b.yaml:1:2: not c, and not /x{desk.root}/d.\n"


def test_no_command_prints_the_help(desk: Any) -> None:
    told = desk.call()
    assert (told.code, told.out) == (ExitCode.JOB, "")
    assert told.err.splitlines()[0].startswith("Usage: reportgen")
    assert "\\n" not in told.err


def test_quoted_text_steers_no_terminal() -> None:
    assert printable("a\x1b[31mb\u202ec\nd") == "a\\x1b[31mb\\u202ec\\nd"
    assert printable("客户 é €") == "客户 é €"


def _environment() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(ROOT)}


def _modules_after(arguments: list[str]) -> set[str]:
    code = (
        "import sys\nfrom reportgen.cli import main\n"
        f"main({arguments!r})\nprint('\\n' + ' '.join(sorted(sys.modules)), file=sys.stderr)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, env=_environment(), check=True
    )
    return set(done.stderr.split("\n")[-2].split())


@pytest.mark.parametrize(
    "arguments", [["--help"], ["schema"], ["check", "config/jobs/taihu.yaml"], ["check", "config/jobs/none.yaml"]]
)
def test_nothing_heavy_is_loaded_to_start(arguments: list[str]) -> None:
    assert not _modules_after(arguments) & set(HEAVY)


def test_help_needs_no_models() -> None:
    assert not {"pydantic", "yaml"} & _modules_after(["--help"])


def test_the_program_runs_as_a_module() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "reportgen", "check", "none.yaml"],
        capture_output=True, text=True, cwd=ROOT, env=_environment(), check=False,
    )
    assert done.returncode == ExitCode.JOB
    assert done.stdout == ""
    assert done.stderr.startswith("none.yaml: there is no such file.")


def test_a_reader_that_leaves_is_no_error() -> None:
    read, write = os.pipe()
    os.close(read)
    with os.fdopen(write, "w") as closed:
        done = subprocess.run(
            [sys.executable, "-m", "reportgen", "schema"], stdout=closed, stderr=subprocess.PIPE, cwd=ROOT,
            env=_environment(), check=False,
        )
    assert (done.returncode, done.stderr) == (0, b"")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full to stand for a full disk")
@pytest.mark.parametrize("arguments", [["schema"], ["check", "config/jobs/taihu.yaml"], ["--help"]])
def test_a_full_disk_is_said(arguments: list[str]) -> None:
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [sys.executable, "-m", "reportgen", *arguments], stdout=full, stderr=subprocess.PIPE, text=True, cwd=ROOT,
            env=_environment(), check=False,
        )
    assert done.returncode == ExitCode.UNEXPECTED
    assert done.stderr.splitlines()[0] == "Standard output cannot be written: No space left on device."
    assert len(done.stderr.splitlines()) == 2


def test_a_termination_cleans_up_and_says_so(tmp_path: Path) -> None:
    code = (
        "import os, signal, sys\nfrom types import ModuleType\nfrom reportgen.cli import main\n"
        "def run_job(job, context, progress, scopes, restate, workers):\n"
        "    try:\n        os.kill(os.getpid(), signal.SIGTERM)\n        signal.pause()\n"
        "    finally:\n        print('cleaned', file=sys.stderr)\n"
        "stage = ModuleType('reportgen.pipeline')\nstage.run_job = run_job\nsys.modules['reportgen.pipeline'] = stage\n"
        "sys.exit(main(['run', 'config/jobs/taihu.yaml', '--period', '2011-05', '--output', sys.argv[1]]))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path)], capture_output=True, text=True, cwd=ROOT, env=_environment(),
        check=False, timeout=60,
    )
    assert done.returncode == 143
    assert done.stderr == "cleaned\nTerminated. No report was issued.\n"


def test_results_are_utf8_whatever_the_terminal_says() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "reportgen", "schema"], capture_output=True, cwd=ROOT,
        env={**_environment(), "PYTHONIOENCODING": "ascii", "LC_ALL": "C"}, check=True,
    )
    assert "较年初" in done.stdout.decode("utf-8")


def test_main_returns_a_code_and_never_exits() -> None:
    assert main(["--help"]) == 0
