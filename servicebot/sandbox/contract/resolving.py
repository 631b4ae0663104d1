"""Provides the SDK's type hints with every name resolved, those under TYPE_CHECKING too."""

from __future__ import annotations

import ast
import re
import sys
from functools import cache
from importlib import import_module
from inspect import get_annotations
from pathlib import Path
from types import SimpleNamespace
from typing import Any, ClassVar, get_origin, get_type_hints

from stripe import RequestOptions
from typing_extensions import get_original_bases, is_typeddict


class Names(dict[str, Any]):
    """What a module of the SDK imports, imported when first asked for."""

    def __init__(self, tree: ast.AST) -> None:
        super().__init__()
        self.sources = {
            alias.asname or alias.name: (node.module or "", alias.name)
            for node in ast.walk(tree)
            if isinstance(node, ast.ImportFrom)
            for alias in node.names
        }

    def __missing__(self, name: str) -> Any:
        module, origin = self.sources[name]
        self[name] = getattr(import_module(module), origin)
        return self[name]


@cache
def names_of(module: str) -> Names:
    """Return the names that a module's annotations may use."""
    source = Path(str(sys.modules[module].__file__)).read_text(encoding="utf-8")
    return Names(ast.parse(re.split(r"\n(?:class |@)", source, maxsplit=1)[0]))


def resolved(annotations: dict[str, Any], globals_: dict[str, Any], names: Names) -> dict[str, Any]:
    """Return the types that annotations mean."""
    return get_type_hints(SimpleNamespace(__annotations__=annotations), globals_, names)


def hints_of(cls: type) -> dict[str, Any]:
    """Return the fields that a class of the SDK declares, less those that stay in the SDK."""
    declared: dict[str, Any] = {
        name: annotation
        for base in reversed(cls.__mro__)
        for name, annotation in get_annotations(base).items()
        if is_field(name, annotation)
    }
    options = RequestOptions.__annotations__ if takes_options(cls) else {}
    for name in options:
        declared.pop(name, None)
    return resolved(declared, vars(sys.modules[cls.__module__]), names_of(cls.__module__))


def takes_options(cls: type) -> bool:
    """Tell the parameters of an operation from those nested in them."""
    return is_typeddict(cls) and RequestOptions in get_original_bases(cls)


def is_field(name: str, annotation: Any) -> bool:
    return not name.startswith("_") and get_origin(annotation) is not ClassVar
