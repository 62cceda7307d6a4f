# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Checks an answer of Graph against Microsoft's OpenAPI description of the Bookings part.

The documents are not ours to publish; they lie beside the repository where it is developed.
"""

import re
from functools import cache
from pathlib import Path
from urllib.parse import unquote

import yaml
from openapi_schema_validator import OAS30Validator
from referencing import Registry
from referencing.jsonschema import DRAFT202012

# The tests may be reached by a link; the documents lie beside the real folder.
FOLDER = Path(__file__).resolve().parents[2] / "shared" / "reference" / "openapi"
VERSIONS = ("v1.0", "beta")
# v1.0 calendarView spells the times as its page shows, not as the description has it.
SPELLED_AS_IN_THE_DOCS = {"start", "end"}


def documents_present() -> bool:
    """Whether both documents are there."""
    return all((FOLDER / f"bookings-{version}.yaml").is_file() for version in VERSIONS)


@cache
def document(version: str) -> dict:
    """One of the two documents."""
    return yaml.load(
        (FOLDER / f"bookings-{version}.yaml").read_text(encoding="utf-8"), yaml.CSafeLoader
    )


@cache
def operations(version: str) -> tuple:
    """(method, path template, pattern) of each operation of a version."""
    found = []
    for template, item in document(version)["paths"].items():
        pattern = re.compile(re.sub(r"\\\{[^}]*\\\}", "[^/]+", re.escape(template)))
        found += [
            (method.upper(), template, pattern)
            for method in item
            if method in ("get", "post", "patch", "delete")
        ]
    return tuple(found)


def operation_of(version: str, method: str, raw_path: str) -> str | None:
    """ "METHOD template" of the operation that a request is, or None."""
    hits = [
        template
        for candidate, template, pattern in operations(version)
        if candidate == method and pattern.fullmatch(raw_path)
    ]
    # A literal segment goes before a placeholder.
    return f"{method} {min(hits, key=lambda t: t.count('{'))}" if hits else None


@cache
def _registry(version: str):
    resource = DRAFT202012.create_resource(document(version))
    return Registry().with_resource("urn:bookings", resource)


def validate(version: str, operation: str, status: int, body):
    """Fail with a list of what is wrong unless the body is what the operation answers."""
    method, template = operation.split(" ")
    responses = document(version)["paths"][template][method.lower()]["responses"]
    response = responses["2XX" if status < 300 else "default"]
    if "$ref" in response:
        response = _look_up(version, response["$ref"])
    content = response.get("content")
    if body is None:
        # Microsoft's description gives 204 for what has no body; customers answer with theirs.
        assert status in (202, 204), f"{operation}: {status} without a body"
        return
    assert content, f"{operation}: a body where none is described"
    schema = content["application/json"]["schema"]
    errors = _errors(version, schema, body)
    assert not errors, f"{operation} {status}: {errors}"
    if status < 300:
        _check_members(version, schema, body, operation)


def validate_request(version: str, operation: str, query: set, body):
    """Fail unless the operation takes such a request.

    :param query: the names in the query
    :param body: the JSON that is sent, or None
    """
    method, template = operation.split(" ")
    item = document(version)["paths"][template]
    described = item[method.lower()]
    parameters = [
        _look_up(version, parameter["$ref"]) if "$ref" in parameter else parameter
        for parameter in (*item.get("parameters", ()), *described.get("parameters", ()))
    ]
    names = {parameter["name"] for parameter in parameters if parameter["in"] == "query"}
    required = {
        parameter["name"]
        for parameter in parameters
        if parameter["in"] == "query" and parameter.get("required")
    }
    # Bookings' own search among the businesses: on its page, but not in the description.
    if template == "/solutions/bookingBusinesses":
        names.add("query")
    assert required <= query <= names, f"{operation}: {sorted(query)}"
    wanted = described.get("requestBody")
    if "$ref" in (wanted or {}):
        wanted = _look_up(version, wanted["$ref"])
    assert bool(wanted) == (body is not None), (
        f"{operation}: a body is {'wanted' if wanted else 'not'}"
    )
    if wanted:
        schema = wanted["content"]["application/json"]["schema"]
        errors = _errors(version, schema, body)
        assert not errors, f"{operation}: {errors}"
        _check_members(version, schema, body, operation)


def _look_up(version: str, reference: str):
    node = document(version)
    for part in reference.removeprefix("#/").split("/"):
        node = node[part]
    return node


def _errors(version: str, schema: dict, body) -> list:
    rooted = _rooted(schema)
    validator = OAS30Validator(rooted, registry=_registry(version))
    return [f"{list(e.absolute_path)}: {e.message}" for e in validator.iter_errors(body)][:5]


def _rooted(schema):
    if isinstance(schema, dict):
        return {
            key: f"urn:bookings{value}" if key == "$ref" else _rooted(value)
            for key, value in schema.items()
        }
    return [_rooted(item) for item in schema] if isinstance(schema, list) else schema


def _check_members(version: str, schema: dict, body, operation: str):
    """Stricter than the description, which allows any member: only members it knows."""
    if isinstance(body, list):
        for item in body:
            _check_members(version, schema, item, operation)
        return
    if not isinstance(body, dict):
        return
    known = _properties(version, schema, body)
    names = {name for name in body if "@odata." not in name}
    if "calendarView" in operation and "startDateTime" in known:
        names -= SPELLED_AS_IN_THE_DOCS
    unknown = names - set(known)
    assert not unknown, f"{operation}: no members of {schema}: {sorted(unknown)}"
    for name, value in body.items():
        inner = known.get(name)
        if inner is None:
            continue
        errors = _errors(version, inner, value) if "@odata.type" in body else []
        assert not errors, f"{operation} {name}: {errors}"
        _check_members(version, inner.get("items", inner), value, operation)


def _properties(version: str, schema: dict, body: dict) -> dict:
    """The properties of a schema, or those of the derived type that the body says it is."""
    if "@odata.type" in body:
        name = body["@odata.type"].removeprefix("#")
        schema = {"$ref": f"#/components/schemas/{name}"}
    found = {}
    if "$ref" in schema:
        bare = {key: value for key, value in body.items() if key != "@odata.type"}
        found |= _properties(version, _look_up(version, schema["$ref"]), bare)
    for key in ("allOf", "anyOf"):
        for branch in schema.get(key, ()):
            bare = {name: value for name, value in body.items() if name != "@odata.type"}
            found |= _properties(version, branch, bare)
    return found | schema.get("properties", {})


def raw_path(url: str, root: str) -> tuple[str, str]:
    """(version, path below it without its query) of a request's address."""
    version, _, path = url.removeprefix(f"{root}/").partition("?")[0].partition("/")
    return version, "/" + path


def decoded(path: str) -> str:
    """A path for people to read."""
    return unquote(path)
