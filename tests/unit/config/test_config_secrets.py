"""Secrets stand outside the job."""

from __future__ import annotations

from pathlib import Path

import pytest

from reportgen.config.loader import load_job, read
from reportgen.config.secrets import plaintext_secrets, resolve
from reportgen.config.yaml_parse import parse
from reportgen.errors import ExitCode, JobError


def _found(text: str) -> list[str]:
    return [".".join(str(step) for step in trail) for trail, _ in plaintext_secrets(parse(text.encode()))]


@pytest.mark.parametrize("key", ["password", "Password", "db_password", "secret", "client_secret", "token", "api-key",
                                 "access_token", "passphrase", "private_key", "apikey", "passwd"])
def test_a_plaintext_secret_is_found_and_never_quoted(key: str) -> None:
    root = parse(f"smtp:\n  {key}: hunter2\n".encode())
    [(trail, message)] = plaintext_secrets(root)
    assert trail == ("smtp", key)
    assert "hunter2" not in message
    assert "env:NAME" in message


@pytest.mark.parametrize("value", ["env:SMTP_PASSWORD", "file:/run/secrets/smtp", '"env:X"'])
def test_references_are_no_secrets(value: str) -> None:
    assert _found(f"password: {value}\n") == []


def test_lists_and_addresses_are_looked_into() -> None:
    assert _found("tokens: [a]\nsmtp: {tokens: x, token: [abc, 'env:OK']}\n") == ["smtp.token.0"]
    assert _found("url: postgres://reader:hunter2@db/bank\n") == ["url"]
    assert _found("url: https://example.org/a:b@c\n") == []


def test_words_for_a_page_are_no_secrets() -> None:
    assert _found("dimensions: {x: {labels: {secret: 机密, token: 令牌}}}\nclassification: secret\n") == []


def test_a_job_with_a_password_is_refused_whatever_else_it_says(tmp_path: Path) -> None:
    path = tmp_path / "job.yaml"
    line = "  a: {type: csv, path: a.csv, password: hunter2}"
    path.write_text(f"job: x\nsources:\n{line}\n", encoding="utf-8")
    with pytest.raises(JobError) as caught:
        load_job(path)
    assert caught.value.code == ExitCode.JOB
    assert f"{path}:3:{line.index('hunter2') + 1}: 'password' holds a secret in plain text." in str(caught.value)
    assert "hunter2" not in str(caught.value)


def test_a_secret_is_refused_where_the_model_would_take_it(tmp_path: Path) -> None:
    path = tmp_path / "any.yaml"
    path.write_text("password: '1'\n", encoding="utf-8")
    with pytest.raises(JobError, match="plain text"):
        read(path, dict[str, str])


def test_a_file_is_read_only_where_its_owner_alone_may(tmp_path: Path) -> None:
    path = tmp_path / "secret"
    path.write_text("hunter2\n", encoding="utf-8")
    path.chmod(0o600)
    assert resolve(f"file:{path}") == "hunter2"
    path.chmod(0o400)
    assert resolve(f"file:{path}") == "hunter2"
    for mode in (0o644, 0o640, 0o604, 0o660):
        path.chmod(mode)
        with pytest.raises(JobError) as caught:
            resolve(f"file:{path}")
        assert f"{mode:04o}" in str(caught.value)
        assert f"chmod 600 {path}" in str(caught.value)
        assert "hunter2" not in str(caught.value)


def test_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REPORTGEN_TEST_SECRET", "hunter2")
    assert resolve("env:REPORTGEN_TEST_SECRET") == "hunter2"
    monkeypatch.delenv("REPORTGEN_TEST_SECRET")
    with pytest.raises(JobError, match="REPORTGEN_TEST_SECRET"):
        resolve("env:REPORTGEN_TEST_SECRET")


@pytest.mark.parametrize("reference", ["hunter2", "file:relative", "env:", "env:A B", "https://x"])
def test_anything_else_is_refused_unquoted(reference: str) -> None:
    with pytest.raises(JobError) as caught:
        resolve(reference)
    assert "hunter2" not in str(caught.value)


def test_a_missing_secret_file(tmp_path: Path) -> None:
    with pytest.raises(JobError, match="cannot be read"):
        resolve(f"file:{tmp_path / 'none'}")
