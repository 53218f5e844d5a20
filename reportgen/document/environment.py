"""The Jinja environment of reports: sandboxed, strict, blind to everything outside `templates/`.

Templates print and never compute. A lint reads every template's syntax tree before it runs and refuses
arithmetic, marking text as safe, unknown filters, imports of anything but the base macros, and names that begin
with an underscore; the sandbox stands behind it. Whatever is wrong in a template leaves as `TemplateError`
naming file and line.
"""

from __future__ import annotations

import traceback
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from jinja2 import (
    ChoiceLoader,
    FileSystemLoader,
    StrictUndefined,
    TemplateNotFound,
    TemplateSyntaxError,
    UndefinedError,
    nodes,
)
from jinja2.exceptions import SecurityError
from jinja2.sandbox import ImmutableSandboxedEnvironment

from reportgen.errors import Problem, TemplateError, nearest

FILTERS = ("join", "length", "first", "last", "trim", "string", "e", "escape")
"""Jinja's own filters that a template may use; a report needs no more."""
TESTS = ("defined", "undefined", "none", "sameas", "eq", "ne", "in", "string", "sequence", "odd", "even")
_STATE = "No page was made."
_ARITHMETIC: dict[type[nodes.Node], str] = {
    nodes.Add: "+", nodes.Sub: "-", nodes.Mul: "*", nodes.Div: "/", nodes.FloorDiv: "//", nodes.Mod: "%",
    nodes.Pow: "**", nodes.Neg: "-", nodes.Pos: "+",
}


class Sandbox(ImmutableSandboxedEnvironment):
    """Jinja's immutable sandbox that also keeps `str` methods from building long strings."""

    def is_safe_attribute(self, obj: Any, attr: str, value: Any) -> bool:
        if isinstance(obj, (str, bytes)) and callable(value):
            return False
        return bool(super().is_safe_attribute(obj, attr, value))


class _LintedLoader(ChoiceLoader):
    """Loads templates from the given folders and lints each source before it is compiled."""

    def __init__(self, folders: Sequence[Path], allowed: frozenset[str]) -> None:
        super().__init__([FileSystemLoader(str(folder), followlinks=False) for folder in folders])
        self.allowed = allowed

    def get_source(self, environment: Any, template: str) -> tuple[str, str | None, Callable[[], bool] | None]:
        source, filename, fresh = super().get_source(environment, template)
        problems = lint(source, filename or template, environment, self.allowed)
        if problems:
            raise TemplateError(problems, state=_STATE, hint="Templates print what the document holds, nothing else.")
        return source, filename, fresh

    load = FileSystemLoader.load  # ChoiceLoader.load would ask the folders directly and pass the lint by


def environment(
    folders: Sequence[Path], filters: Mapping[str, Callable[..., Any]] | None = None
) -> ImmutableSandboxedEnvironment:
    """An environment over the `templates/` folders, the first one that holds a name winning.

    `filters` are added to Jinja's own and are the only functions a template can reach.
    """
    own = dict(filters or {})
    made = Sandbox(
        undefined=StrictUndefined, autoescape=True, trim_blocks=True, lstrip_blocks=True, auto_reload=True,
        cache_size=64,
    )
    made.globals.clear()
    made.filters = {name: made.filters[name] for name in FILTERS} | own
    made.tests = {name: made.tests[name] for name in TESTS}
    made.loader = _LintedLoader(folders, frozenset(made.filters))
    return made


def lint(source: str, place: str, environment: Any, filters: frozenset[str] = frozenset(FILTERS)) -> list[Problem]:
    """Everything in a template's source that a report's template may not do, one problem a place."""
    try:
        tree = environment.parse(source)
    except TemplateSyntaxError as error:
        return [Problem(f"{place}:{error.lineno}", error.message or "This is not a template.")]
    return [
        Problem(f"{place}:{getattr(node, 'lineno', 1)}", message)
        for node, message in sorted(_faults(tree, filters), key=lambda fault: getattr(fault[0], "lineno", 1))
    ]


def _faults(tree: nodes.Template, filters: frozenset[str]) -> Iterator[tuple[nodes.Node, str]]:
    for node in tree.find_all(nodes.Node):
        message = _name_fault(node) or _function_fault(node, filters) or _reach_fault(node)
        if message:
            yield node, message


def _name_fault(node: nodes.Node) -> str:
    """Names that begin with an underscore lead into Python's own machinery."""
    name = ""
    if isinstance(node, nodes.Getattr):
        name = node.attr
    elif isinstance(node, nodes.Getitem):
        name = _text(node.arg)
    elif isinstance(node, nodes.Name):
        name = node.name
    return f"'{name}' is not a field of the document." if name.startswith("_") else ""


def _function_fault(node: nodes.Node, filters: frozenset[str]) -> str:
    """Arithmetic, calls, and filters and tests that are not on the list."""
    if type(node) in _ARITHMETIC:
        return f"'{_ARITHMETIC[type(node)]}' computes; a template prints what the document holds."
    if isinstance(node, nodes.Filter) and node.name not in filters:
        return f"the filter '{node.name}' is not allowed here.{nearest(node.name, sorted(filters))}"
    if isinstance(node, nodes.Test) and node.name not in TESTS:
        return f"the test '{node.name}' is not allowed here.{nearest(node.name, TESTS)}"
    if isinstance(node, nodes.Call) and not _is_macro_call(node):
        return "only macros may be called; a field of the document is printed."
    return ""


def _reach_fault(node: nodes.Node) -> str:
    """Other templates than those below base/, and switching the escaping off."""
    if isinstance(node, (nodes.Import, nodes.FromImport, nodes.Include, nodes.Extends)):
        target = _text(node.template)
        if not target.startswith("base/") or ".." in target:
            return f"only templates below base/ may be used here, not {target or 'a computed name'!r}."
    if isinstance(node, (nodes.ScopedEvalContextModifier, nodes.EvalContextModifier)):
        return "autoescape may not be switched."
    return ""


def _is_macro_call(call: nodes.Call) -> bool:
    """Whether the call is of a plain name (a macro, `super`) or of `loop.cycle` and its kind."""
    called = call.node
    if isinstance(called, nodes.Getattr):
        return isinstance(called.node, nodes.Name) and called.node.name == "loop"
    return isinstance(called, nodes.Name)


def _text(node: nodes.Node) -> str:
    """The text of a constant expression, empty for anything else."""
    return node.value if isinstance(node, nodes.Const) and isinstance(node.value, str) else ""


def render(environment: Any, name: str, /, **values: Any) -> str:
    """The template's text; `TemplateError` naming file and line where it cannot be made."""
    try:
        return str(environment.get_template(name).render(**values))
    except TemplateError:
        raise
    except TemplateNotFound as error:
        raise TemplateError(
            f"{error.name}: no such template below templates/.", state=_STATE,
            hint="Look for the folder's name in the job's `report:` and for the file in templates/base.",
        ) from error
    except TemplateSyntaxError as error:
        place = f"{error.filename or error.name or name}:{error.lineno}"
        raise TemplateError(Problem(place, error.message or "This is not a template."), state=_STATE) from error
    except UndefinedError as error:
        raise TemplateError(
            Problem(_place(error, name), f"{error.message}."), state=_STATE,
            hint="The fields a template may use are listed in reportgen/document/model.py.",
        ) from error
    except SecurityError as error:
        raise TemplateError(Problem(_place(error, name), f"refused: {error}"), state=_STATE) from error
    except (TypeError, ValueError, AttributeError, KeyError, OverflowError, RecursionError) as error:
        message = f"{type(error).__name__}: {error}."
        raise TemplateError(Problem(_place(error, name), message), state=_STATE) from error


def _place(error: BaseException, name: str) -> str:
    """`file:line` of the innermost template line an error passed through."""
    place = name
    for frame in traceback.extract_tb(error.__traceback__):
        if frame.filename.endswith((".j2", ".html")):
            place = f"{frame.filename}:{frame.lineno}"
    return place
