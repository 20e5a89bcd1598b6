"""The names of formats, as options take them."""

from __future__ import annotations

from typing import Literal

__all__ = ["ANNOTATION_FORMATS", "DAY_FORMATS", "DRIFT_FORMATS", "PLAN_FORMATS", "AnnotationFormat", "PlanFormat"]

AnnotationFormat = Literal["github", "sarif", "junit", "junit-strict"]
ANNOTATION_FORMATS: tuple[AnnotationFormat, ...] = ("github", "sarif", "junit", "junit-strict")
PlanFormat = Literal["terminal", "markdown", "html", "json"] | AnnotationFormat
PLAN_FORMATS: tuple[PlanFormat, ...] = ("terminal", "markdown", "html", "json", *ANNOTATION_FORMATS)
DAY_FORMATS = DRIFT_FORMATS = ("terminal", "markdown", "html", "json")
