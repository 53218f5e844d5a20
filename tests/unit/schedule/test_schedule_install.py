"""Hand-over files: each is read by what will read it, or by its own parser, and says the command that runs."""

from __future__ import annotations

import ast
import json
import shlex
import shutil
import subprocess
import sys
import types
from pathlib import Path
from typing import Any

import pytest
import yaml

from reportgen.cli.schedule.install import TARGETS as OFFERED
from reportgen.errors import JobError
from reportgen.schedule.install import TARGETS
from reportgen.schedule.install.crontab import command, moments
from reportgen.schedule.install.handover import Handover, every_minutes, plain

systemd_here = pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd-analyze is not on this machine")
AWKWARD = "/srv/bank reports/50% $HOME's \"ledger\""


def handover(folder: str = "/srv/reports", program: str = "/srv/reports/.venv/bin/reportgen", **more: Any) -> Handover:
    return Handover((program,), Path(folder), ("config/jobs/*.yaml",), Path(folder) / "output", **more)


def files(target: str, told: Handover) -> dict[str, str]:
    return dict(TARGETS[target](told).files)


def test_the_command_line_offers_every_target() -> None:
    assert tuple(TARGETS) == OFFERED


@pytest.mark.parametrize(("text", "minutes"), [("1m", 1), ("15m", 15), ("60m", 60), ("1h", 60), ("6h", 360), ("24h", 1440), ("1d", 1440)])
def test_intervals_that_divide_evenly(text: str, minutes: int) -> None:
    assert every_minutes(text) == minutes


@pytest.mark.parametrize("text", ["25m", "7m", "90m", "5h", "2d", "0m", "m", "15", "15 m", "-15m", "1w", "9999d", "１5m"])
def test_intervals_that_do_not_are_refused(text: str) -> None:
    with pytest.raises(JobError, match="divides an hour or a day") as refused:
        every_minutes(text)
    assert "5m, 15m" in refused.value.hint


@pytest.mark.parametrize(("minutes", "fields"), [
    (1, "*/1 * * * *"), (15, "*/15 * * * *"), (60, "0 * * * *"), (120, "0 */2 * * *"), (1440, "0 0 * * *"),
])
def test_fields_of_a_crontab(minutes: int, fields: str) -> None:
    assert moments(minutes) == fields


@systemd_here
@pytest.mark.parametrize("every", [5, 15, 60, 360, 1440])
def test_cron_and_systemd_look_at_the_same_moments(every: int) -> None:
    from datetime import UTC, datetime

    from cronsim import CronSim

    start = datetime(2026, 11, 23, 23, 59, tzinfo=UTC)
    moment = CronSim(moments(every), start)
    by_cron = [f"{next(moment):%Y-%m-%d %H:%M}" for _ in range(6)]
    timer = files("systemd", handover(every=every))["reportgen-tick.timer"]
    expression = next(line.removeprefix("OnCalendar=") for line in timer.splitlines() if line.startswith("OnCalendar="))
    said = subprocess.run(
        ["systemd-analyze", "calendar", "--iterations=6", "--base-time=2026-11-23 23:59:00 UTC", expression],
        env={"TZ": "UTC", "PATH": "/usr/bin:/bin"}, capture_output=True, text=True, check=True,
    ).stdout
    by_systemd = [" ".join(line.split(": ", 1)[1].split()[1:3])[:16] for line in said.splitlines()
                  if line.strip().startswith(("Next elapse", "Iter", "Iteration"))]
    assert by_systemd == by_cron


@pytest.fixture
def program(tmp_path: Path) -> Path:
    """A stand-in for the program, in a folder with an awkward name, that writes down how it was called."""
    folder = tmp_path / "bank 50% $HOME's"
    folder.mkdir()
    path = folder / "reportgen"
    path.write_text(f"#!{sys.executable}\nimport json, os, sys\njson.dump([os.getcwd(), sys.argv[1:]], sys.stdout)\n",
                    encoding="utf-8")
    path.chmod(0o755)
    return path


@systemd_here
def test_systemd_accepts_the_units(tmp_path: Path, program: Path) -> None:
    told = handover(str(program.parent), str(program), user="daemon")
    for name, text in files("systemd", told).items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    checked = subprocess.run(
        ["systemd-analyze", "verify", *map(str, (tmp_path / name for name in files("systemd", told)))],
        capture_output=True, text=True, check=False,
    )
    assert (checked.returncode, checked.stdout, checked.stderr) == (0, "", "")


@systemd_here
def test_a_wrong_unit_would_be_seen(tmp_path: Path, program: Path) -> None:
    text = files("systemd", handover(str(program.parent), str(program)))["reportgen-tick.service"]
    (tmp_path / "reportgen-tick.service").write_text(
        text.replace("Type=oneshot", "Type=once").replace("ProtectClock", "ProtectClocks"), encoding="utf-8")
    checked = subprocess.run(["systemd-analyze", "verify", str(tmp_path / "reportgen-tick.service")],
                             capture_output=True, text=True, check=False)
    assert "ProtectClocks" in checked.stderr
    assert "service type" in checked.stderr


def test_a_service_says_what_may_be_written_and_who_runs() -> None:
    service = files("systemd", handover(user="reports"))["reportgen-tick.service"].splitlines()
    for line in ("User=reports", "WorkingDirectory=/srv/reports", "ProtectSystem=strict", "PrivateTmp=yes",
                 "ReadWritePaths=-/srv/reports/output", "CapabilityBoundingSet=",
                 "ExecStart=/srv/reports/.venv/bin/reportgen tick --jobs config/jobs/*.yaml --output /srv/reports/output"):
        assert line in service
    assert "MemoryDenyWriteExecute=yes" not in service
    timer = files("systemd", handover())["reportgen-tick.timer"].splitlines()
    assert {"Persistent=true", "RandomizedDelaySec=90", "Unit=reportgen-tick.service"} <= set(timer)


def test_a_project_in_a_temporary_folder_is_not_hidden_from_its_service() -> None:
    service = files("systemd", handover("/tmp/trial"))["reportgen-tick.service"].splitlines()
    assert "PrivateTmp=yes" not in service
    assert "ReadWritePaths=/tmp /var/tmp" in service


def test_systemd_escapes_what_has_a_meaning_there() -> None:
    service = files("systemd", handover(AWKWARD))["reportgen-tick.service"]
    assert f"WorkingDirectory={AWKWARD.replace('%', '%%')}\n" in service
    assert '--output "/srv/bank reports/50%% $$HOME\'s \\"ledger\\"/output"' in service
    assert 'ReadWritePaths=-"/srv/bank reports/50%% $HOME\'s \\"ledger\\"/output"' in service


def test_root_keeps_the_capabilities_it_needs_to_read_others_files() -> None:
    assert "CapabilityBoundingSet" not in files("systemd", handover(user="root"))["reportgen-tick.service"]


def test_the_crontab_line_runs_in_a_bare_shell(program: Path) -> None:
    told = handover(str(program.parent), str(program))
    text = files("crontab", told)["reportgen.crontab"]
    (line,) = [one for one in text.splitlines() if not one.startswith("#")]
    fields, rest = line.split(" ", 5)[:5], line.split(" ", 5)[5]
    assert fields == ["*/15", "*", "*", "*", "*"]
    assert "%" not in rest.replace("\\%", "")
    given = rest.replace("\\%", "%")  # what cron hands to /bin/sh
    assert given == command(told)
    subprocess.run(["/bin/sh", "-c", given], check=True, env={"PATH": "/usr/bin:/bin", "HOME": "/"}, cwd="/")
    folder, arguments = json.loads((told.output / "tick.log").read_text(encoding="utf-8"))
    assert folder == str(program.parent)
    assert arguments == ["tick", "--jobs", "config/jobs/*.yaml", "--output", str(told.output)]


def test_the_real_program_answers_a_crontab_line(tmp_path: Path) -> None:
    jobs = tmp_path / "config" / "jobs"
    jobs.mkdir(parents=True)
    shutil.copy(Path(__file__).resolve().parents[3] / "config" / "jobs" / "smallest.yaml", jobs)
    told = Handover((sys.executable, "-m", "reportgen"), tmp_path, ("config/jobs/*.yaml",), tmp_path / "output")
    ran = subprocess.run(["/bin/sh", "-c", command(told)], env={"PATH": "/usr/bin:/bin"}, cwd="/", check=False)
    assert ran.returncode == 0
    assert (tmp_path / "output" / "tick.log").read_text(encoding="utf-8") == "No job has `schedule:`.\n"


def test_the_cron_job_is_whole() -> None:
    text = files("kubernetes", handover(zone="Asia/Shanghai", image="registry.example/reportgen:1", every=30))
    claim, job = yaml.safe_load_all(text["reportgen-tick.yaml"])
    assert (claim["kind"], job["kind"], job["apiVersion"]) == ("PersistentVolumeClaim", "CronJob", "batch/v1")
    spec = job["spec"]
    assert (spec["schedule"], spec["timeZone"], spec["concurrencyPolicy"]) == ("*/30 * * * *", "Asia/Shanghai", "Forbid")
    assert spec["startingDeadlineSeconds"] == 1800
    pod = spec["jobTemplate"]["spec"]["template"]["spec"]
    (container,) = pod["containers"]
    assert container["command"] + container["args"] == [
        "reportgen", "tick", "--jobs", "config/jobs/*.yaml", "--output", "/srv/output"]
    assert container["image"] == "registry.example/reportgen:1"
    assert container["securityContext"]["readOnlyRootFilesystem"] is True
    mounted = {one["mountPath"]: one["name"] for one in container["volumeMounts"]}
    assert mounted["/srv/output"] == "output"
    assert "/tmp" in mounted
    assert {one["name"] for one in pod["volumes"]} == set(mounted.values())
    assert pod["volumes"][0]["persistentVolumeClaim"]["claimName"] == claim["metadata"]["name"]
    assert pod["restartPolicy"] == "Never"
    assert spec["jobTemplate"]["spec"]["backoffLimit"] == 0


class _Airflow:
    """As much of Airflow as a DAG file speaks to."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, version: int) -> None:
        self.dags: dict[str, dict[str, Any]] = {}
        self.tasks: dict[str, dict[str, Any]] = {}
        outer = self

        class Dag:
            def __init__(self, **told: Any) -> None:
                outer.dags[told["dag_id"]] = told

            def __enter__(self) -> None: ...

            def __exit__(self, *_: object) -> None: ...

        def operator(**told: Any) -> None:
            outer.tasks[told["task_id"]] = told

        places = {3: ("airflow.sdk", "airflow.providers.standard.operators.bash"), 2: ("airflow", "airflow.operators.bash")}
        for name in ("airflow", *(name for pair in places.values() for name in pair)):
            monkeypatch.setitem(sys.modules, name, None)
        dag, bash = places[version]
        for name in {"airflow", dag, bash}:
            module = types.ModuleType(name)
            module.__path__ = []  # type: ignore[attr-defined]
            monkeypatch.setitem(sys.modules, name, module)
        if version == 3:
            for name in ("airflow.providers", "airflow.providers.standard", "airflow.providers.standard.operators"):
                monkeypatch.setitem(sys.modules, name, types.ModuleType(name))
        sys.modules[dag].DAG = Dag  # type: ignore[attr-defined]
        sys.modules[bash].BashOperator = operator  # type: ignore[attr-defined]


@pytest.mark.parametrize("version", [2, 3])
def test_the_dag_file_says_two_dags(monkeypatch: pytest.MonkeyPatch, version: int, program: Path) -> None:
    told = handover(str(program.parent), str(program), every=60)
    text = files("airflow", told)["reportgen_dag.py"]
    tree = ast.parse(text)
    assert ast.get_docstring(tree)
    airflow = _Airflow(monkeypatch, version)
    exec(compile(tree, "reportgen_dag.py", "exec"), {})
    tick, run = airflow.dags["reportgen_tick"], airflow.dags["reportgen_run"]
    assert (tick["schedule"], tick["catchup"], tick["max_active_runs"]) == ("0 * * * *", False, 1)
    assert (run["schedule"], run["params"]) == (None, {"job": "config/jobs/NAME.yaml", "period": ""})
    command_ = airflow.tasks["tick"]["bash_command"]
    assert command_.endswith(" ")
    said = subprocess.run(["bash", "-c", command_], cwd=airflow.tasks["tick"]["cwd"], capture_output=True, text=True, check=True)
    assert json.loads(said.stdout) == [str(program.parent), list(told.arguments)]


def test_what_is_typed_into_airflow_reaches_the_program_as_one_word(monkeypatch: pytest.MonkeyPatch, program: Path) -> None:
    import jinja2

    told = handover(str(program.parent), str(program))
    airflow = _Airflow(monkeypatch, 3)
    exec(compile(files("airflow", told)["reportgen_dag.py"], "reportgen_dag.py", "exec"), {})
    task = airflow.tasks["run"]

    class Macros:
        """Airflow's two, by its documentation."""

        @staticmethod
        def ds_add(day: str, days: int) -> str:
            from datetime import date, timedelta

            return (date.fromisoformat(day) + timedelta(days=days)).isoformat()

        @staticmethod
        def ds_format(day: str, _: str, shape: str) -> str:
            from datetime import date

            return date.fromisoformat(day).strftime(shape)

    def called(period: str) -> list[str]:
        words = {"params": {"job": "config/jobs/x.yaml; rm -rf $HOME", "period": period}, "ds": "2026-03-31", "macros": Macros}
        env = {name: jinja2.Template(text).render(words) for name, text in task["env"].items()}
        ran = subprocess.run(["bash", "-c", jinja2.Template(task["bash_command"]).render()], cwd=task["cwd"],
                             env={**env, "PATH": "/usr/bin:/bin"}, capture_output=True, text=True, check=True)
        return list(json.loads(ran.stdout)[1])

    job = "config/jobs/x.yaml; rm -rf $HOME"
    assert called("2026-Q1") == ["run", job, "--period", "2026-Q1", "--output", str(told.output)]
    assert called("")[3] == "2026-02"


def test_braces_of_a_path_stay_braces_in_airflow() -> None:
    import jinja2

    text = files("airflow", handover("/srv/{{ reports }}"))["reportgen_dag.py"]
    call = next(node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.keyword) and node.arg == "bash_command")
    assert isinstance(call.value, ast.Constant)
    assert shlex.split(jinja2.Template(str(call.value.value)).render())[-1] == "/srv/{{ reports }}/output"


def test_a_name_with_a_line_break_fits_no_file() -> None:
    with pytest.raises(JobError, match="line break"):
        plain(("/srv/reports\n[Service]",))
