"""Clicks of other people in the web interface, for tests and trials: they start workflows, respond and change items."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

if TYPE_CHECKING:
    from reconciler.sandbox.store import Store

__all__ = ["Click", "carry_out"]


class _Strict(msgspec.Struct, forbid_unknown_fields=True, kw_only=True, tag_field="do"):
    pass


class Start(_Strict, tag="start"):
    """Start a workflow on an item."""

    template_id: str
    item_id: str
    created_by: str
    project_id: str | None = None
    template_version_id: str | None = None
    id: str | None = None


class Respond(_Strict, tag="respond"):
    """Respond to the current step as a person, with an option by its name."""

    instance_id: str
    login_id: str
    option: str
    comment: str | None = None


class RemoveAssignee(_Strict, tag="remove_assignee"):
    """Take a person out of the current step."""

    instance_id: str
    login_id: str


class Restart(_Strict, tag="restart"):
    """Begin again at the first step."""

    instance_id: str


class Delete(_Strict, tag="delete"):
    """Remove an instance."""

    instance_id: str


class ChangeItem(_Strict, tag="change_item"):
    """Put another body behind the path of an item of the seed."""

    path: str
    body: dict[str, Any]


Click = Start | Respond | RemoveAssignee | Restart | Delete | ChangeItem


def carry_out(click: Click, store: Store) -> str | None:
    """Do it; return the id of the instance, null for an item. Raises Refusal where it cannot be done."""
    if isinstance(click, ChangeItem):
        store.items.replace(click.path, click.body)
        return None
    clicks = store.clicks
    if isinstance(click, Start):
        return clicks.start({name: getattr(click, name) for name in click.__struct_fields__})
    if isinstance(click, Respond):
        clicks.respond_as(click.instance_id, click.login_id, click.option, click.comment)
    elif isinstance(click, RemoveAssignee):
        clicks.remove_assignee(click.instance_id, click.login_id)
    elif isinstance(click, Restart):
        clicks.restart(click.instance_id)
    else:
        clicks.delete(click.instance_id)
    return click.instance_id
