"""Paths and queries of the service's calls (docs/service.md section 3)."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote, urlencode

if TYPE_CHECKING:
    from reconciler.model.live import Tool

__all__ = ["company_path", "directory_path", "projects_path", "scope_path", "tool_query"]


def company_path(company_id: str) -> str:
    """Return the path of a company."""
    return f"/rest/v2.0/companies/{quote(company_id, safe='')}"


def scope_path(company_id: str, project_id: str | None) -> str:
    """Return the path of the workflows of a project, or of the company (null)."""
    project = "" if project_id is None else f"/projects/{quote(project_id, safe='')}"
    return f"{company_path(company_id)}{project}/workflows"


def projects_path(company_id: str) -> str:
    """Return the path of the list of all projects: without the filter it holds active ones alone."""
    return f"/rest/v1.1/projects?{urlencode({'company_id': company_id, 'filters[by_status]': 'All'})}"


def directory_path(company_id: str, version: str, half: str) -> str:
    """Return the path of one half of the directory."""
    return f"/rest/{version}/companies/{quote(company_id, safe='')}/{half}"


def tool_query(tool: Tool, type_key: str, subtype_key: str) -> str:
    """Return the query that names a tool: the service refuses a type that has subtypes without one of them."""
    subtype = {} if tool.subtype is None else {subtype_key: tool.subtype}
    return urlencode({type_key: tool.type, **subtype})
