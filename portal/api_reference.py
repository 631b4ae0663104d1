"""docs/reference/api.md: every call of the API, said by its OpenAPI description, with an example
that a test has made (tests/docs/test_api_examples.py)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from drf_spectacular.generators import SchemaGenerator

from portal.markdown import FOOT, plain
from portal.problems import PROBLEMS

EXAMPLES = "docs/examples/api"
HEAD = """# Every call of the API

Begin with [how the API works](../api.md): tokens, idempotency keys, paging, errors. The same
description is served as OpenAPI at `https://HOST/api/schema/`, and to click through at
[/api/docs/](https://HOST/api/docs/).

The examples are what a test was asked and answered. In them, ids and secrets are made up, and long
lists and texts are cut where an … stands.
"""
TAGS = {
    "Portal": "With a customer's session token. What the portal's page does, these calls do.",
    "Merchant": "With a team member's API token.",
}
Schema = Mapping[str, Any]
METHODS = ("get", "post", "patch", "delete")


def markdown() -> str:
    """Return the page."""
    generator: Any = SchemaGenerator  # it has no types
    schema = generator().get_schema(request=None, public=True)
    return "\n".join([HEAD, *_tags(schema), *_objects(schema), FOOT.strip(), ""])


def operations(schema: Schema) -> Iterator[tuple[str, str, Schema]]:
    """Yield every call: its path, its method in capitals, and its description."""
    for path, found in schema["paths"].items():
        for method in METHODS:
            if method in found:
                yield path, method.upper(), found[method]


def _tags(schema: Schema) -> Iterator[str]:
    for tag, words in TAGS.items():
        yield f"## {tag} API"
        yield ""
        yield words
        yield ""
        for path, method, operation in operations(schema):
            if tag in operation["tags"]:
                yield from _operation(path, method, operation)


def _operation(path: str, method: str, operation: Schema) -> Iterator[str]:
    yield f"### `{operation['operationId']}`"
    yield ""
    yield f"`{method} {path}`"
    yield ""
    yield f"{operation['summary']}. {_one_line(operation.get('description', ''))}".strip()
    yield ""
    yield from _parameters(operation)
    yield from _answers(operation)
    yield ""
    yield f"```http file={EXAMPLES}/{operation['operationId']}.http"
    yield "```"
    yield ""


def _one_line(text: str) -> str:
    return plain(" ".join(text.split()))


def _without_values(text: str) -> str:
    """Return a description without the list of values that a choice's has."""
    return "" if text.startswith("* `") else _one_line(text.partition("\n\n* `")[0])


def _parameters(operation: Schema) -> Iterator[str]:
    given = [p for p in operation.get("parameters", []) if p["in"] != "path"]
    if given:
        yield "| given | where | what |"
        yield "| --- | --- | --- |"
        for each in given:
            what = _one_line(each.get("description", ""))
            needed = "; required" if each.get("required") else ""
            yield f"| `{each['name']}` | {each['in']}{needed} | {what} |"
        yield ""


def _answers(operation: Schema) -> Iterator[str]:
    body = operation.get("requestBody")
    if body:
        yield f"- Takes: {_named(_body_of(body))}"
    for status, answer in operation["responses"].items():
        if int(status) < 400:
            said = _named(_body_of(answer)) if answer.get("content") else "nothing"
            yield f"- Answers {status}: {said}"
    codes = sorted(_codes(operation))
    yield "- Refuses with: " + ", ".join(f"[`{code}`](../errors.md#{code})" for code in codes)


def _body_of(described: Schema) -> Schema:
    found: Schema = described["content"]["application/json"]["schema"]
    return found


def _codes(operation: Schema) -> Iterator[str]:
    said = " ".join(a["description"] for s, a in operation["responses"].items() if int(s) >= 400)
    return (code for code in PROBLEMS if f"`{code}`:" in said)


def _named(schema: Schema) -> str:
    """Say what a value is, with a link to what has fields of its own."""
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        return f"[{name}](#{name.lower()})"
    if "allOf" in schema:
        return _named(schema["allOf"][0])
    if "oneOf" in schema:
        return " or ".join(_named(each) for each in schema["oneOf"])
    return _plain(schema)


def _plain(schema: Schema) -> str:
    kind = schema.get("type")
    if "enum" in schema:
        return "one of " + ", ".join(f"`{each}`" for each in schema["enum"])
    if kind == "array":
        return f"list of {_named(schema['items'])}"
    if kind == "object":
        inner = schema.get("additionalProperties")
        return f"mapping to {_named(inner)}" if inner else "object"
    return {"date-time": "time", "date": "day"}.get(schema.get("format", ""), str(kind or "any"))


def _objects(schema: Schema) -> Iterator[str]:
    yield "## What is sent and answered"
    yield ""
    for name, found in sorted(schema["components"]["schemas"].items()):
        yield f"### {name}"
        yield ""
        if found.get("description"):
            said = _without_values(found["description"])
            yield from [said, ""] if said else []
        if "enum" in found:
            yield _plain(found).capitalize()
        elif "is_on" in found.get("properties", {}):
            yield "Every setting by its name; [settings](../settings.md) says what each takes."
        else:
            yield from _fields(found)
        yield ""


def _fields(found: Schema) -> Iterator[str]:
    yield "| field | what | |"
    yield "| --- | --- | --- |"
    required = found.get("required", [])
    for name, field in found.get("properties", {}).items():
        nullable = " or null" if field.get("nullable") else ""
        needed = "" if name in required else "optional"
        said = _without_values(field.get("description", ""))
        words = "; ".join(part for part in (needed, said) if part)
        yield f"| `{name}` | {_named(field)}{nullable} | {words} |"
