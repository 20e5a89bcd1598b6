"""Finds the people behind logins and says whose lists must be read for that; it decides no change."""

from reconciler.people.expansion import expand_members, expand_teams
from reconciler.people.former import tell_former_accounts
from reconciler.people.index import PeopleIndex
from reconciler.people.resolution import Resolution

__all__ = ["PeopleIndex", "Resolution", "expand_members", "expand_teams", "tell_former_accounts"]
