"""Guards over the settings file: changes since the base are shown, and some of them are stopped."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reconciler.planning.guards.case import finding

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from reconciler.model.diagnostics import Diagnostic
    from reconciler.model.documents import SettingsDocument

__all__ = ["judge_settings"]

_VARIABLES = {
    "company_id": "RECONCILER_COMPANY_ID",
    "api_url": "RECONCILER_API_URL",
    "auth_url": "RECONCILER_AUTH_URL",
}
_OTHERS = ("company_name", "service_account", "exclude", "policy_files", "self_heal", "trusted")
_LONGEST_VALUE = 200
_OLD_VALUE = "; this request is still judged by the old value"
_KEYS = {"trusted": "forge.trusted"}
_LATER = {
    "company_name": "",
    "trusted": "; the new accounts count from the next request on",
    "exclude": "; this request is judged with every file that either of the two reads",
}


def judge_settings(
    before: SettingsDocument | None, after: SettingsDocument, *, revision: str, named: Mapping[str, str]
) -> list[Diagnostic]:
    """Compare the settings with those of the base revision (null: it had none that can be read).

    A changed company or service address is an error, unless the environment names the new one: ``named`` holds what it
    names, by field (``company_id``, ``api_url``, ``auth_url``). Every other change is a warning.
    """
    if before is None:
        message = (
            f"the settings at {revision[:12]} are missing or cannot be read, so these could not be compared with them: "
            "check company, addresses and exclude by eye"
        )
        return [finding("warning", "settings/changed", message)]
    return [*_addresses(before, after, revision, named), *_others(before, after, revision)]


def _addresses(
    before: SettingsDocument, after: SettingsDocument, revision: str, named: Mapping[str, str]
) -> Iterator[Diagnostic]:
    for field, variable in _VARIABLES.items():
        old, new = getattr(before, field), getattr(after, field)
        if old == new:
            continue
        code = "settings/company-changed" if field == "company_id" else "settings/address-changed"
        message = f"{field} changes from {old} (at {revision[:12]}) to {new}"
        origin = after.origins.get(field)
        if named.get(field) == new:
            yield finding("warning", code, f"{message}; the environment sets {variable} to it", origin=origin)
        else:
            if field in named:
                # not its value: an address in the environment may hold a secret
                message = f"{message}; the environment sets {variable} to another one"
            remedy = f"set {variable}={new} in the environment of the pipeline"
            yield finding("error", code, message, origin=origin, remedy=remedy)


def _others(before: SettingsDocument, after: SettingsDocument, revision: str) -> Iterator[Diagnostic]:
    for field in _OTHERS:
        old, new = _shown(getattr(before, field)), _shown(getattr(after, field))
        if old != new:
            key = _KEYS.get(field, field)
            message = f"{key} changes from {old} (at {revision[:12]}) to {new}"
            yield finding(
                "warning",
                "settings/changed",
                f"{message}{_LATER.get(field, _OLD_VALUE)}",
                origin=after.origins.get(key.partition(".")[0]),
            )


def _shown(value: object) -> str:
    if isinstance(value, tuple):
        text = f"[{', '.join(sorted(map(str, value)))}]"
    else:
        text = "none" if value is None else str(value)
    return text if len(text) <= _LONGEST_VALUE else f"{text[:_LONGEST_VALUE]}…"
