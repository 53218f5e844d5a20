"""The wheel and the source archive hold all that a run needs, and an installation elsewhere finds it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import venv
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
HOME_PARTS = ("templates", "config")


def build(target: str, source: Path, folder: Path) -> Path:
    """Build a `wheel` or an `sdist` of `source` into `folder`, without a network."""
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "--target", target, "--directory", str(folder)],
        cwd=source, check=True, capture_output=True,
    )
    (made,) = folder.iterdir()
    return made


def checkout() -> set[str]:
    """The files a wheel must carry, by their names in it; what git ignores is none of them."""
    names = set()
    for part in ("reportgen", *HOME_PARTS):
        for file in (ROOT / part).rglob("*"):
            name = file.relative_to(ROOT).as_posix()
            if file.is_file() and "__pycache__" not in file.parts:
                names.add(name if part == "reportgen" else f"reportgen/_home/{name}")
    return names


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build("wheel", ROOT, tmp_path_factory.mktemp("wheel"))


@pytest.fixture(scope="module")
def elsewhere(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A new environment with the wheel in it; the packages it requires are lent by this one."""
    place = tmp_path_factory.mktemp("elsewhere")
    venv.create(place / "env", with_pip=False, symlinks=True)
    python = place / "env" / "bin" / "python"
    subprocess.run(
        [sys.executable, "-m", "pip", "--python", str(python), "install", "-qq", "--no-deps", "--no-index", str(wheel)],
        check=True,
    )
    (packages,) = (place / "env" / "lib").glob("python3*/site-packages")
    lent = next(path for path in sys.path if path.endswith("site-packages"))
    # A path file read from a path file is not followed, so this environment's editable reportgen stays out.
    (packages / "lent.pth").write_text(f"{lent}\n", encoding="utf-8")
    return place


def run(place: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    program = place / "env" / "bin" / "reportgen"
    clean = {key: value for key, value in os.environ.items() if not key.startswith("PYTHON")}
    return subprocess.run(
        [str(program), *arguments], cwd=place, env=clean, capture_output=True, text=True, check=False, encoding="utf-8",
    )


def installed_home(place: Path) -> Path:
    (home,) = (place / "env" / "lib").glob("python3*/site-packages/reportgen/_home")
    return home


def test_the_wheel_carries_the_checkout_and_nothing_else(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = {name for name in archive.namelist() if ".dist-info/" not in name}
        licences = {name.split("/licenses/")[1] for name in archive.namelist() if "/licenses/" in name}
    assert names == checkout()
    assert {"LICENSE", "NOTICE", "templates/assets/fonts/noto-sans-sc/OFL.txt"} <= licences


def test_a_wheel_from_the_source_archive_is_the_same(wheel: Path, tmp_path: Path) -> None:
    archive = build("sdist", ROOT, tmp_path / "sdist")
    shutil.unpack_archive(archive, tmp_path / "source")
    (source,) = (tmp_path / "source").iterdir()
    assert (source / "Makefile").is_file()
    assert (source / "tests" / "e2e" / Path(__file__).name).is_file()
    again = build("wheel", source, tmp_path / "again")
    assert again.read_bytes() == wheel.read_bytes()


def test_the_installed_program_is_sound_and_finds_its_own_home(elsewhere: Path) -> None:
    result = run(elsewhere, "doctor")
    assert result.returncode == 0, result.stdout + result.stderr
    assert str(installed_home(elsewhere)) in result.stdout
    assert str(ROOT) not in result.stdout.replace(str(sys.prefix), "")


@pytest.mark.parametrize("job", sorted(path.name for path in (ROOT / "config" / "jobs").glob("*.yaml")))
def test_the_packaged_jobs_find_their_samples(elsewhere: Path, job: str) -> None:
    result = run(elsewhere, "check", str(installed_home(elsewhere) / "config" / "jobs" / job))
    assert result.returncode == 0, result.stdout + result.stderr


def test_a_job_of_ones_own_uses_the_packaged_report_and_rules(elsewhere: Path) -> None:
    home = installed_home(elsewhere)
    own = elsewhere / "own"
    own.mkdir()
    job = (home / "config" / "jobs" / "taihu.yaml").read_text(encoding="utf-8")
    for sample in (home / "config" / "samples" / "taihu").glob("*.csv"):
        job = job.replace(f"config/samples/taihu/{sample.name}", sample.name)
        (own / sample.name).write_bytes(sample.read_bytes())
    (own / "mine.yaml").write_text(job, encoding="utf-8")
    assert "config/samples" not in job
    result = run(elsewhere, "check", str(own / "mine.yaml"))
    assert result.returncode == 0, result.stdout + result.stderr
