"""Finds problems of a repository's settings and policy by themselves, before anything of Procore is read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reconciler.errors import RefusedError
from reconciler.model.diagnostics import Diagnostic
from reconciler.model.exclusion import Exclusion
from reconciler.planning.guards.frozen import judge_frozen
from reconciler.planning.guards.loosening import judge_loosening
from reconciler.planning.guards.settings import judge_settings
from reconciler.settings import named_by_environment, read_freeze, untrusted_addresses

if TYPE_CHECKING:
    from collections.abc import Mapping

    from reconciler.desired.git.base_revision import Base
    from reconciler.model.documents import Documents
    from reconciler.model.policy import Frozen, Policy
    from reconciler.operations.workspace import Workspace

__all__ = ["freezes_of", "loosening_findings", "require_no_freeze", "settings_findings"]


def settings_findings(workspace: Workspace, base: Base | None) -> list[Diagnostic]:
    """Return problems of the settings: addresses nobody trusts, and changes since the base."""
    found = [
        Diagnostic(severity="error", code="settings/untrusted-host", message=message)
        for message in untrusted_addresses(workspace.service, workspace.run.environment)
    ]
    if base is not None:
        named = named_by_environment(workspace.run.environment)
        written = workspace.written_settings
        found.extend(judge_settings(base.settings, written, revision=base.revision, named=named))
    return found


def loosening_findings(workspace: Workspace, documents: Documents, base: Base | None) -> list[Diagnostic]:
    """Return a warning for everything that the policy of the base demands and that these documents weaken."""
    if base is None or base.documents is None or base.settings is None:
        return []
    return judge_loosening(
        base.documents.policy,
        documents.policy,
        base.revision,
        exclude_then=Exclusion.of(*base.settings.exclude),
        exclude_now=Exclusion.of(*workspace.written_settings.exclude),
    )


def freezes_of(policy: Policy, environment: Mapping[str, str]) -> tuple[Frozen, ...]:
    """Return the freezes of the policy, and that of the environment before them."""
    asked_for = read_freeze(environment)
    return policy.frozen if asked_for is None else (asked_for, *policy.frozen)


def require_no_freeze(policy: Policy, environment: Mapping[str, str]) -> None:
    """Raise RefusedError while the environment or the policy says that nothing is applied."""
    freezes = freezes_of(policy, environment)
    if freezes:
        raise RefusedError(
            "applying is frozen, and nothing was written: plans can still be made",
            diagnostics=judge_frozen(freezes, "error"),
        )
