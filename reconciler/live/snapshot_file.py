"""Encodes and decodes a live state as a snapshot file; it opens no file itself."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Literal

import msgspec

from reconciler.errors import DocumentsError, StaleError
from reconciler.live.snapshot_shapes import StateShape, live_state, state_shape

if TYPE_CHECKING:
    from reconciler.model.live import (
        LiveState,
    )

__all__ = ["SNAPSHOT_FORMAT", "decode_snapshot", "encode_snapshot"]

SNAPSHOT_FORMAT: Literal["reconciler/snapshot/1"] = "reconciler/snapshot/1"


class _Snapshot(msgspec.Struct, frozen=True):
    format: Literal["reconciler/snapshot/1"]
    company_id: str
    observed_at: str
    checksum: str
    state: msgspec.Raw


def encode_snapshot(state: LiveState, company_id: str) -> bytes:
    """Return a snapshot file with a checksum over the state in it."""
    content = msgspec.json.encode(state_shape(state))
    return msgspec.json.encode(
        _Snapshot(
            format=SNAPSHOT_FORMAT,
            company_id=company_id,
            observed_at=state.observed_at,
            checksum=_checksum(content),
            state=msgspec.Raw(content),
        )
    )


def _checksum(content: bytes | memoryview) -> str:
    return f"sha256:{hashlib.sha256(content).hexdigest()}"


def decode_snapshot(content: bytes, name: str, company_id: str) -> LiveState:
    """Return a live state from the content of the file ``name``.

    Raises DocumentsError for anything that is not a snapshot. Raises StaleError for one that was altered or cut, or is
    of another company.
    """
    try:
        snapshot = msgspec.json.decode(content, type=_Snapshot)
        raw = memoryview(snapshot.state)
        if _checksum(raw) != snapshot.checksum:
            raise StaleError(f"{name} was altered after it was made: its checksum does not match; make it again")
        shape = msgspec.json.decode(raw, type=StateShape)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise DocumentsError(
            f"{name} is not a snapshot of format {SNAPSHOT_FORMAT}: {error}; "
            "make one with: reconciler snapshot --out FILE"
        ) from None
    if snapshot.company_id != company_id:
        raise StaleError(f"{name} is of company {snapshot.company_id}, the settings are for {company_id}")
    try:
        return live_state(snapshot.observed_at, shape)
    except IndexError:
        raise DocumentsError(f"{name} names people that are not in its own table; make it again") from None
