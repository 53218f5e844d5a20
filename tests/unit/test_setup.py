"""The set-up scripts: which Python they take, what they install as root, and the one line they print elsewhere."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

CI = Path(__file__).resolve().parents[2] / ".ci"
TOOLS = ("sh", "cat", "chmod", "rm", "mktemp")


@pytest.fixture
def tools(tmp_path: Path) -> Path:
    """A folder that holds all the programs a script can see."""
    folder = tmp_path / "bin"
    folder.mkdir()
    for tool in TOOLS:
        found = shutil.which(tool)
        assert found is not None
        (folder / tool).symlink_to(found)
    return folder


def program(folder: Path, name: str, script: str) -> None:
    """Put a stand-in for a program into `folder`."""
    path = folder / name
    path.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
    path.chmod(0o755)


def run(tools: Path, *command: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(part) for part in command], env={"PATH": str(tools), "TMPDIR": str(tools), **environment},
        capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL,
    )


def test_a_python_that_is_too_old_is_passed_over(tools: Path) -> None:
    program(tools, "python3", "exit 1")
    (tools / "python3.12").symlink_to(sys.executable)
    assert run(tools, f"{CI}/python").stdout == f"{tools}/python3.12\n"


def test_the_callers_own_python_goes_first(tools: Path) -> None:
    program(tools, "python3", "exit 0")
    assert run(tools, f"{CI}/python", PYTHON=sys.executable).stdout == f"{sys.executable}\n"


def test_no_python_is_one_line(tools: Path) -> None:
    program(tools, "python3", "exit 1")
    result = run(tools, f"{CI}/python")
    assert result.returncode == 3
    assert result.stdout == ""
    assert len(result.stderr.splitlines()) == 1
    assert "Python 3.11" in result.stderr


def test_a_machine_with_everything_is_left_alone(tools: Path) -> None:
    program(tools, "apt-get", "exit 9")
    for name in ("pdftotext", "pdftoppm", "qpdf", "openssl", "strace", "initdb", "java", "preflight.jar", "jaxb-api.jar"):
        program(tools, name, "exit 0")
    for name in ("usr/sbin/postfix", "usr/lib/dovecot/imap", "etc/os-release"):
        (tools / name).parent.mkdir(parents=True, exist_ok=True)
        (tools / name).write_text("ID=debian\n", encoding="utf-8")
    program(tools, "chromium", "exit 0")
    result = run(tools, f"{CI}/native", sys.executable, "test", JARS=str(tools), SYSTEM=str(tools))
    assert (result.returncode, result.stdout, result.stderr) == (0, "", "")


def test_the_real_look_finds_missing_programs(tools: Path) -> None:
    program(tools, "id", "echo 1000")
    program(tools, "apt-get", "exit 9")
    result = run(tools, f"{CI}/native", sys.executable, "test")
    assert result.returncode == 3
    assert result.stderr.count("poppler-utils qpdf") == 2
    kept_aside = list(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    assert result.stderr.count(" postgresql") == (2 if sys.platform == "linux" and not kept_aside else 0)


@pytest.mark.parametrize(
    ("with_apt", "words"),
    [(True, "sudo apt-get install --no-install-recommends libpango-1.0-0 python3.11-venv"), (False, "Debian's names")],
)
def test_without_root_one_line_says_what_to_install(tools: Path, with_apt: bool, words: str) -> None:
    program(tools, "python", "cat > /dev/null; echo libpango-1.0-0 python3.11-venv")
    program(tools, "id", "echo 1000")
    if with_apt:
        program(tools, "apt-get", "exit 9")
    result = run(tools, f"{CI}/native", f"{tools}/python")
    assert result.returncode == 3
    assert len(result.stderr.splitlines()) == 1
    assert words in result.stderr


def test_root_installs_and_fetches_the_lists_only_when_that_fails(tools: Path) -> None:
    calls = tools / "calls"
    program(tools, "python", "cat > /dev/null; echo libpango-1.0-0 qpdf")
    program(tools, "id", "echo 0")
    program(tools, "apt-get", f"""echo "$DEBIAN_FRONTEND $@" >> {calls}
case "$*" in
    *update*) : > {tools}/lists ;;
    *) [ -e {tools}/lists ] ;;
esac""")
    result = run(tools, f"{CI}/native", f"{tools}/python")
    assert result.returncode == 0, result.stderr
    assert result.stderr == "Installing libpango-1.0-0 qpdf\n"
    first, update, second = calls.read_text(encoding="utf-8").splitlines()
    assert first == second
    assert first.startswith("noninteractive -qq -y ")
    assert first.endswith(" install --no-install-recommends libpango-1.0-0 qpdf")
    assert update.endswith(" update")


def test_root_without_a_network_is_told_what_is_missing(tools: Path) -> None:
    program(tools, "python", "cat > /dev/null; echo libpango-1.0-0")
    program(tools, "id", "echo 0")
    program(tools, "sleep", "exit 0")
    program(tools, "apt-get", "echo no network; exit 100")
    result = run(tools, f"{CI}/native", f"{tools}/python")
    assert result.returncode == 3
    assert "no network" in result.stderr
    assert result.stderr.splitlines()[-1].startswith("Missing: libpango-1.0-0, and apt-get could not")


def test_a_mail_server_is_installed_without_being_started(tools: Path) -> None:
    policy, calls = tools / "usr/sbin/policy-rc.d", tools / "calls"
    policy.parent.mkdir(parents=True)
    program(tools, "python", "cat > /dev/null; echo postfix dovecot-imapd")
    program(tools, "id", "echo 0")
    program(tools, "debconf-set-selections", f"cat >> {calls}")
    program(tools, "apt-get", f"{policy} >> {calls} || echo $? >> {calls}")
    result = run(tools, f"{CI}/native", f"{tools}/python", SYSTEM=str(tools))
    assert result.returncode == 0, result.stderr
    assert calls.read_text("utf-8") == "postfix postfix/main_mailer_type select No configuration\n101\n"
    assert not policy.exists()


def test_scripts_can_be_run() -> None:
    assert all(os.access(CI / name, os.X_OK) for name in ("run", "native", "python"))
