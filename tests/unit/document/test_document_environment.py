"""Templates print and never compute; what is wrong in one is said with file and line."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from reportgen.document.environment import Sandbox, environment, render
from reportgen.errors import ExitCode, TemplateError

ROOT = Path(__file__).resolve().parents[3]


def made(tmp_path: Path, source: str, **values: object) -> str:
    folder = tmp_path / "base"
    folder.mkdir(exist_ok=True)
    (folder / "page.html.j2").write_text(source, encoding="utf-8")
    return render(environment([tmp_path]), "base/page.html.j2", **values)


def refused(tmp_path: Path, source: str, **values: object) -> TemplateError:
    with pytest.raises(TemplateError) as caught:
        made(tmp_path, source, **values)
    assert caught.value.code == ExitCode.TEMPLATE
    assert caught.value.state == "No page was made."
    return caught.value


def test_text_is_escaped(tmp_path):
    assert made(tmp_path, "{{ name }}", name="<b>&") == "&lt;b&gt;&amp;"


@pytest.mark.parametrize(
    ("source", "word"),
    [
        ("{{ ''.__class__ }}", "__class__"),
        ("{{ ''['__class__'] }}", "__class__"),
        ("{{ '' | attr('__class__') }}", "attr"),
        ("{{ '{0.__class__}'.format(1) }}", "called"),
        ("{{ name.upper() }}", "called"),
        ("{{ 'a' * 10 }}", "'*'"),
        ("{{ 9 ** 9 }}", "'**'"),
        ("{{ 1 + 1 }}", "'+'"),
        ("{{ name | safe }}", "safe"),
        ("{{ name | jion(',') }}", "Did you mean 'join'"),
        ("{% import 'private_banking/x.html.j2' as x %}", "base/"),
        ("{% from 'base/../x.html.j2' import x %}", "base/"),
        ("{% include name %}", "base/"),
        ("{% extends 'other.html.j2' %}", "base/"),
        ("{% autoescape false %}{{ name }}{% endautoescape %}", "autoescape"),
        ("{{ _name }}", "_name"),
        ("{% if name is callable %}{% endif %}", "callable"),
    ],
)
def test_the_lint_refuses(tmp_path, source, word):
    error = refused(tmp_path, "\n" + source, name="n")
    assert word in error.problems[0].message
    assert error.problems[0].place.endswith("base/page.html.j2:2")


def test_all_faults_are_said_at_once(tmp_path):
    error = refused(tmp_path, "{{ 1 + 1 }}\n{{ name | safe }}\n{{ a.__b__ }}")
    assert [problem.place.rpartition(":")[2] for problem in error.problems] == ["1", "2", "3"]


def test_an_imported_macro_is_linted_too(tmp_path):
    (tmp_path / "base").mkdir()
    (tmp_path / "base" / "macros.html.j2").write_text(
        "{% macro m(a) %}\n{{ a | safe }}\n{% endmacro %}", encoding="utf-8"
    )
    error = refused(tmp_path, "{% from 'base/macros.html.j2' import m %}{{ m('x') }}")
    assert error.problems[0].place.endswith("base/macros.html.j2:2")


def test_an_undefined_name_is_never_blank(tmp_path):
    error = refused(tmp_path, "a\nb\n{{ document.titel }}", document={"title": "t"})
    assert error.problems[0].place.endswith("page.html.j2:3")
    assert "titel" in error.problems[0].message


def test_an_error_inside_a_macro_names_the_macro_s_line(tmp_path):
    (tmp_path / "base").mkdir()
    (tmp_path / "base" / "macros.html.j2").write_text(
        "{% macro m(a) %}\n\n{{ a.gone }}\n{% endmacro %}", encoding="utf-8"
    )
    error = refused(tmp_path, "{% from 'base/macros.html.j2' import m %}{{ m('x') }}")
    assert error.problems[0].place.endswith("macros.html.j2:3")


def test_a_syntax_error_names_its_line(tmp_path):
    error = refused(tmp_path, "a\n{% if %}")
    assert error.problems[0].place.endswith("page.html.j2:2")


def test_a_missing_template_is_named(tmp_path):
    with pytest.raises(TemplateError, match=r"base/none\.html\.j2"):
        render(environment([tmp_path]), "base/none.html.j2")


@pytest.mark.parametrize("name", ["../secret.txt", "/etc/passwd", "base/../../secret.txt"])
def test_nothing_outside_the_folders_is_read(tmp_path, name):
    (tmp_path / "secret.txt").write_text("secret", encoding="utf-8")
    with pytest.raises(TemplateError, match="no such template"):
        render(environment([tmp_path / "templates"]), name)


@pytest.mark.parametrize(
    "source",
    [
        "{{ range(3) }}",
        "{{ lipsum(9) }}",
        "{{ cycler('a') }}",
        "{{ namespace(a=1) }}",
        "{{ dict(a=1) }}",
    ],
)
def test_no_global_can_be_reached(tmp_path, source):
    assert "undefined" in refused(tmp_path, source).problems[0].message


def test_the_sandbox_stands_behind_the_lint():
    sandbox = Sandbox()
    assert not sandbox.is_safe_attribute("text", "__class__", str)
    assert not sandbox.is_safe_attribute("text", "format", "text".format)
    assert not sandbox.is_safe_attribute("text", "ljust", "text".ljust)


def test_a_computed_name_meets_the_sandbox(tmp_path):
    error = refused(tmp_path, "{{ a['_' ~ '_class__'] }}", a="x")
    assert "unsafe" in error.problems[0].message


def test_every_template_of_the_house_passes():
    from reportgen.document.environment import lint
    from reportgen.render.html import FILTERS

    made_environment = environment([ROOT / "templates"], FILTERS)
    files = sorted((ROOT / "templates").rglob("*.j2"))
    assert files
    for file in files:
        assert (
            lint(file.read_text(encoding="utf-8"), str(file), made_environment, frozenset(made_environment.filters))
            == []
        )


def test_a_changed_template_is_read_again(tmp_path):
    folder = tmp_path / "base"
    folder.mkdir()
    page = folder / "page.html.j2"
    page.write_text("old", encoding="utf-8")
    kept = environment([tmp_path])
    assert render(kept, "base/page.html.j2") == "old"
    page.write_text("{{ 1 + 1 }}", encoding="utf-8")
    os.utime(page, (0, 0))
    with pytest.raises(TemplateError, match="computes"):
        render(kept, "base/page.html.j2")
