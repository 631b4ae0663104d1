"""Provides the operations of Stripe's API as the SDK's services call them."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from types import MappingProxyType
from typing import Any

import stripe

from servicebot.sandbox.contract.records import shape_of
from servicebot.sandbox.contract.resolving import Names, resolved
from servicebot.sandbox.contract.shapes import Shape


@dataclass(frozen=True, eq=False)
class Operation:
    """One verb at one path."""

    verb: str
    path: str
    names: Names
    params_annotation: str
    answer_annotation: str

    def __str__(self) -> str:
        return f"{self.verb} {self.path}"

    @cached_property
    def params(self) -> Shape:
        return shape_of(self.params_hint)

    @cached_property
    def answer(self) -> Shape:
        return shape_of(self.answer_hint)

    @cached_property
    def deletes(self) -> bool:
        """Tell an operation that answers with what it deleted; some only detach or cancel."""
        classes = [record for record in self.answer.records if "deleted" in record.fields]
        return self.verb == "DELETE" and len(classes) == len(self.answer.records) == 1

    @property
    def params_hint(self) -> Any:
        return self.hint(self.params_annotation)

    @property
    def answer_hint(self) -> Any:
        return self.hint(self.answer_annotation)

    def hint(self, annotation: str) -> Any:
        return resolved({"it": annotation}, {}, self.names)["it"]


@cache
def operations() -> Mapping[str, Operation]:
    """Return every operation by its verb and path: "POST /v1/customers/{customer}"."""
    root = Path(stripe.__file__).parent
    found = [operation for file in root.rglob("*_service.py") for operation in called_in(file)]
    return MappingProxyType({str(operation): operation for operation in found})


def called_in(file: Path) -> Iterator[Operation]:
    tree = ast.parse(file.read_text(encoding="utf-8"))
    names = Names(tree)
    for service in tree.body:
        if isinstance(service, ast.ClassDef):
            for method in service.body:
                if isinstance(method, ast.FunctionDef) and (call := request_in(method)):
                    yield Operation(*verb_and_path(call), names, *signature(method))


def request_in(method: ast.FunctionDef) -> ast.Call | None:
    """Return the call that a service's method sends its request with."""
    for node in ast.walk(method):
        if (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and node.func.attr.startswith("_request")
        ):
            return node
    return None


def verb_and_path(call: ast.Call) -> tuple[str, str]:
    """Return the first two texts of the call; a path may be one that is formatted."""
    nodes = [node for argument in call.args[:2] for node in ast.walk(argument)]
    verb, path = [node.value for node in nodes if isinstance(node, ast.Constant)][:2]
    return str(verb).upper(), str(path)


def signature(method: ast.FunctionDef) -> tuple[str, str]:
    """Return the annotations of the parameters and of the answer."""
    params = [arg.annotation for arg in method.args.args if arg.arg == "params"]
    return written(params[0]) if params else "None", written(method.returns)


def written(annotation: ast.expr | None) -> str:
    text = ast.unparse(annotation) if annotation else "None"
    return text.strip("'\"")


@cache
def tree() -> dict[str, Any]:
    """Return the operations by the parts of their path, "{}" standing for any."""
    root: dict[str, Any] = {}
    for operation in operations().values():
        node = root
        for part in parts_of(operation.path):
            node = node.setdefault("{}" if part.startswith("{") else part, {})
        node[f"{operation.verb} "] = operation
    return root


def parts_of(path: str) -> list[str]:
    return path.strip("/").split("/")


def match(method: str, path: str) -> Operation | None:
    """Return the operation that a request is for."""
    nodes = [tree()]
    for part in parts_of(path.partition("?")[0]):
        # A fixed part before a placeholder: /v1/invoices/search is no invoice.
        nodes = [node[key] for node in nodes for key in (part, "{}") if key in node]
    verb = f"{method.upper()} "
    return next((node[verb] for node in nodes if verb in node), None)
