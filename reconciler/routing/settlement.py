"""Decides what follows for a step from the journal and from what the service shows; it does nothing itself."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Literal

from reconciler.model.quantities import read_moment

if TYPE_CHECKING:
    from reconciler.model.instances import Instance
    from reconciler.model.routed import RouteIntended
    from reconciler.routing.ledger import Known

__all__ = ["Following", "has_changed_since", "response_token", "settle_intent", "settle_step"]

_NAMESPACE = uuid.UUID("6ba7b811-9dad-11d1-80b4-00c04fd430c8")

Following = Literal[
    "decide", "send", "ask", "answered", "answered-otherwise", "already", "waiting", "left-alone", "moved-on"
]


def response_token(company_id: str, instance_id: str, occurrence_id: str, login_id: str) -> str:
    """Return the token of the one response that a person can give to a step occurrence.

    It does not name the option: two different responses to one step carry the same token.
    """
    return str(uuid.uuid5(_NAMESPACE, f"{company_id}/{instance_id}/{occurrence_id}/{login_id}"))


def settle_step(known: Known | None, instance: Instance, login_id: str, *, is_recent: bool = True) -> Following:
    """Return what follows for the current step of an instance that is listed as waiting for us.

    ``decide`` is the only result that asks for a decision, and needs a step that nothing was ever intended for.
    ``send`` sends the frozen response. After an answer a read may lag; once that ``is_recent`` no longer, the same
    response goes out again, which changes nothing where it is stored. After a refusal it goes out again only once
    somebody changed the instance: a lasting refusal is not asked for again.
    """
    step = instance.step
    own = () if step is None else step.of(login_id)
    if not own:
        return "left-alone" if known is None else "moved-on"
    given = [one for one in own if one.submitted_at is not None]
    if known is None:
        return "answered-otherwise" if given else "decide"
    if not given:
        return _settle_ungiven(known, instance, is_recent=is_recent)
    if any(is_frozen(known.intent, one.option_id, one.comment) for one in given):
        return "waiting" if known.is_settled else "answered"
    return "answered-otherwise"


def _settle_ungiven(known: Known, instance: Instance, *, is_recent: bool) -> Following:
    """Return what follows where our response is intended and not stored."""
    if known.outcome is not None and known.is_refused and not has_changed_since(instance, known.outcome.at):
        return "left-alone"
    return "already" if known.is_settled and is_recent else "send"


def has_changed_since(instance: Instance, at: str) -> bool:
    """Return whether somebody changed an instance after a moment; one without a moment of its own did not change."""
    changed_at, since = read_moment(instance.updated_at), read_moment(at)
    return changed_at is not None and (since is None or changed_at > since)


def settle_intent(intent: RouteIntended, instance: Instance | None) -> Following:
    """Return what follows for an intent without an outcome.

    If another step is current, only the service knows whether the response was stored. ``ask`` sends the frozen one
    again: stored, it changes nothing; not stored, it is refused.
    """
    if instance is None:
        return "moved-on"
    if instance.step is None or instance.step.id != intent.step_occurrence_id:
        return "ask"
    own = instance.step.of(intent.login_id)
    if not own:
        return "moved-on"
    given = [one for one in own if one.submitted_at is not None]
    if not given:
        return "send"
    is_ours = any(is_frozen(intent, one.option_id, one.comment) for one in given)
    return "answered" if is_ours else "answered-otherwise"


def is_frozen(intent: RouteIntended, option_id: str | None, comment: str | None) -> bool:
    """Return whether a response that was given is the frozen one."""
    return intent.option.id == option_id and (intent.comment or None) == (comment or None)
