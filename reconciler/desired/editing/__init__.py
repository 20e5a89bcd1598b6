"""Takes differences into existing documents, in the narrowest place that gives the result; it opens no file."""

from reconciler.desired.editing.placement import Placed, Placement, place_wishes
from reconciler.desired.editing.roster import Roster
from reconciler.desired.editing.splices import apply_edits

__all__ = ["Placed", "Placement", "Roster", "apply_edits", "place_wishes"]
