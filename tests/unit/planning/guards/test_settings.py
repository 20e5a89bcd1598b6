"""Settings held against those of the base."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec
import pytest

from reconciler.model.diagnostics import Origin
from reconciler.model.documents import SettingsDocument
from reconciler.planning.guards.settings import judge_settings
from tests.support.cases import member

if TYPE_CHECKING:
    from reconciler.model.diagnostics import Diagnostic

BASE = SettingsDocument(company_id="4211", company_name="Acme", exclude=("drafts/",))
LINE = Origin("reconciler.yaml", 5, 1)


def judged(*, named: dict[str, str] | None = None, **changed: Any) -> list[Diagnostic]:
    """Judge settings that differ from the base in some fields, each written at line 5."""
    now = msgspec.structs.replace(BASE, **{"origins": dict.fromkeys(changed, LINE), **changed})
    return judge_settings(BASE, now, revision="a" * 40, named=named or {})


def test_the_same_settings() -> None:
    """Nothing is told, wherever the lines moved."""
    assert judged(origins={"exclude": LINE}) == []
    assert judged(exclude=("drafts/",)) == []


@pytest.mark.parametrize(
    ("field", "value", "code", "variable"),
    [
        ("company_id", "4212", "settings/company-changed", "RECONCILER_COMPANY_ID=4212"),
        ("api_url", "https://sandbox.procore.com", "settings/address-changed", "RECONCILER_API_URL=https://sandbox"),
        ("auth_url", "https://a.test", "settings/address-changed", "RECONCILER_AUTH_URL=https://a.test"),
    ],
)
def test_company_and_addresses(field: str, value: str, code: str, variable: str) -> None:
    """A change stops the plan, unless the environment names the new one; then it warns."""
    changed: dict[str, Any] = {field: value}
    (stopped,) = judged(**changed)
    assert (stopped.severity, stopped.code, stopped.origin) == ("error", code, LINE)
    assert f"{field} changes from {getattr(BASE, field)} (at aaaaaaaaaaaa) to {value}" in stopped.message
    assert variable in (stopped.remedy or "")
    (other,) = judged(named={field: getattr(BASE, field)}, **changed)
    assert (other.severity, other.code, other.remedy) == ("error", code, stopped.remedy)
    assert f"the environment sets {variable.partition('=')[0]} to another one" in other.message
    (warned,) = judged(named={field: value}, **changed)
    assert (warned.severity, warned.code, warned.remedy) == ("warning", code, None)


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        (
            {"exclude": ("b/", "a/")},
            "exclude changes from [drafts/] (at aaaaaaaaaaaa) to [a/, b/]; this request is judged with every file that",
        ),
        ({"self_heal": ("*",)}, "self_heal changes from [] (at aaaaaaaaaaaa) to [*]; this request is still"),
        ({"service_account": member(1)}, "service_account changes from none (at aaaaaaaaaaaa) to P1@acme.test;"),
        ({"company_name": "Bcme"}, "company_name changes from Acme (at aaaaaaaaaaaa) to Bcme"),
        ({"exclude": ("x" * 300,)}, f"to [{'x' * 199}…"),
    ],
)
def test_other_settings(changed: dict[str, Any], words: str) -> None:
    """Each change is a warning with its line."""
    (found,) = judged(**changed)
    assert (found.severity, found.code, found.origin) == ("warning", "settings/changed", LINE)
    assert words in found.message


def test_a_base_without_settings() -> None:
    """They could not be compared, which is told."""
    (found,) = judge_settings(None, BASE, revision="a" * 40, named={})
    assert (found.severity, found.code) == ("warning", "settings/changed")
