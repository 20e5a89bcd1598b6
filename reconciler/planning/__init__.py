"""Makes a plan from documents and live state; it reads and writes nothing."""

from reconciler.planning.changes import build_plan, compare, count_managed, plan_digest
from reconciler.planning.plan_file import check_plan, decode_plan, encode_plan
from reconciler.planning.restricting import WHOLE, Restriction, restrict
from reconciler.planning.scope.claims import fields_needed, needs_projects, select
from reconciler.planning.scope.targets import find_targets
from reconciler.planning.withholding import withhold

__all__ = [
    "WHOLE",
    "Restriction",
    "build_plan",
    "check_plan",
    "compare",
    "count_managed",
    "decode_plan",
    "encode_plan",
    "fields_needed",
    "find_targets",
    "needs_projects",
    "plan_digest",
    "restrict",
    "select",
    "withhold",
]
