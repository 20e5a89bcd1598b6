"""Words what is wrong with a document, from the JSON Schema of its shape."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from reconciler.model.diagnostics import Diagnostic
from reconciler.model.login_form import login_fault
from reconciler.model.suggestions import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from jsonschema.exceptions import ValidationError
    from jsonschema.protocols import Validator

    from reconciler.desired.yaml.strict_reader import LocatedDocument

__all__ = ["explain", "make_validator", "schema_folder"]

_TYPE_NAMES = {"object": "a mapping", "array": "a list", "string": "text", "integer": "a whole number",
               "number": "a number", "boolean": "true or false", "null": "nothing"}  # fmt: skip


def schema_folder() -> Path:
    """Return the folder of the JSON Schemas: inside the installed package, or beside it in a checkout."""
    package = Path(__file__).resolve().parents[1]
    installed = package / "schemas"
    return installed if installed.is_dir() else package.parent / "schemas"


def make_validator(schema: Mapping[str, Any]) -> Validator:
    """Return the validator of a schema for what is read from YAML."""
    import jsonschema  # noqa: PLC0415 - only for what is wrong

    types = jsonschema.Draft202012Validator.TYPE_CHECKER.redefine("integer", _is_whole)
    checker: Validator = jsonschema.validators.extend(jsonschema.Draft202012Validator, type_checker=types)(  # type: ignore[no-untyped-call]
        schema, format_checker=jsonschema.FormatChecker()
    )
    return checker


def _is_whole(_checker: object, value: object) -> bool:
    """Take ``1`` for a whole number and ``1.0`` for a fraction: an id written so would lose its text."""
    return isinstance(value, int) and not isinstance(value, bool)


def explain(document: LocatedDocument, validator: Validator) -> list[Diagnostic]:
    """Return one diagnostic for each thing that a validator finds wrong, in the order of the file."""
    found: dict[tuple[Any, ...], Diagnostic] = {}
    for error in validator.iter_errors(document.data):
        for cause in _causes(error):
            for steps, message in _worded(cause, validator):
                origin = document.origin(*steps)
                diagnostic = Diagnostic(severity="error", code="documents/schema", message=message, origin=origin)
                found.setdefault((origin, message), diagnostic)
    return [found[key] for key in sorted(found)]


def _causes(error: ValidationError) -> Iterator[ValidationError]:
    """Follow a choice into the one branch of the right type, where there is just one."""
    fitting = _fitting(error) if _is_choice(error) else []
    if len(fitting) == 1:
        for inner in fitting[0]:
            yield from _causes(inner)
    else:
        yield error


def _is_choice(error: ValidationError) -> bool:
    return error.validator in {"anyOf", "oneOf"} and bool(error.context)


def _fitting(error: ValidationError) -> list[list[ValidationError]]:
    """Return the problems of each branch that may have been meant."""
    depth = len(error.absolute_path)
    branches: dict[int, list[ValidationError]] = {}
    for inner in error.context or ():
        branches.setdefault(int(inner.schema_path[0]), []).append(inner)
    return [inner for inner in branches.values() if not any(_misses(one, depth) for one in inner)]


def _misses(error: ValidationError, depth: int) -> bool:
    """Return whether a branch was not meant at all: another type, or the key that marks it is missing."""
    if len(error.absolute_path) != depth:
        return False
    return error.validator in {"type", "required"} or (_is_choice(error) and not _fitting(error))


def _worded(error: ValidationError, validator: Validator) -> Iterator[tuple[list[str | int], str]]:
    steps = list(error.absolute_path)
    schema: dict[str, Any] = error.schema if isinstance(error.schema, dict) else {}
    if error.validator == "additionalProperties" and isinstance(error.instance, dict):
        known = sorted(schema.get("properties", {}))
        for key in sorted(set(error.instance) - set(known)):
            hint = did_you_mean(key, known) or f"; known here: {', '.join(known)}"
            yield [*steps, key], f"unknown key '{key}'{hint}"
    elif error.validator == "required":
        required: Any = error.validator_value
        found: Any = error.instance
        missing = [key for key in required if key not in found]
        expected = f"; expected {schema['x-expected']}" if "x-expected" in schema else ""
        yield steps, f"missing {', '.join(repr(key) for key in missing)}{expected}"
    else:
        yield steps, _unquoted_or_login(error, schema, validator) or _expectation(error, schema)


def _unquoted_or_login(error: ValidationError, schema: dict[str, Any], validator: Validator) -> str:
    """Return words for slips that the schema's own words do not explain, or an empty text."""
    found: Any = error.instance
    expected = str(schema.get("x-expected", ""))
    teams = "team:NAME" in expected
    if isinstance(found, str) and expected.startswith("a login") and (teams or not found.startswith("team:")):
        return login_fault(found, teams=teams) or ""
    if teams and isinstance(found, dict) and list(found) == ["team"] and isinstance(found["team"], str):
        return (
            f"'team: {found['team']}' has a blank behind its colon, so YAML reads a mapping: write "
            f"team:{found['team']} without the blank"
        )
    if isinstance(found, bool | int | float) and _takes_text(validator, schema, str(found)):
        return f"{_expectation(error, schema)}: {_in_quotes(found)}"
    return ""


def _takes_text(validator: Validator, schema: dict[str, Any], text: str) -> bool:
    return validator.evolve(schema=schema).is_valid(text)


def _in_quotes(found: object) -> str:
    if isinstance(found, bool):
        return f'write "{str(found).lower()}" in quotes, without them it is not text'
    if isinstance(found, int):
        return f'write "{found}" in quotes, without them YAML reads a number'
    return "write it in quotes, without them YAML reads a number and drops its last zeros"


def _expectation(error: ValidationError, schema: dict[str, Any]) -> str:
    expected = schema.get("x-expected")
    rule: Any = error.validator_value
    if expected is None and error.validator == "type":
        types = rule if isinstance(rule, list) else [rule]
        expected = " or ".join(_TYPE_NAMES[name] for name in types)
    if expected is None and error.validator == "enum":
        expected = " or ".join(map(repr, rule))
    if expected is None and error.validator in {"minItems", "minLength", "minProperties"}:
        expected = "something; it must not be empty"
    if expected is None and error.validator in {"maxItems", "maxLength"}:
        expected = f"at most {rule:,} items or characters"
    if expected is None:
        expected = f"what {error.validator} {rule!r} allows"
    return f"expected {expected}, found {_shown(error.instance)}"


def _shown(value: Any) -> str:
    if isinstance(value, dict):
        return f"a mapping with {', '.join(map(repr, list(value)[:4]))}" if value else "an empty mapping"
    if isinstance(value, list):
        return f"a list of {len(value)}" if value else "an empty list"
    if value is None:
        return "nothing"
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 60 else f"{text[:57]}…"  # noqa: PLR2004 - a line of a message
