"""``/api/v1``: assessments, evidence tables, history, comparison."""

from __future__ import annotations

import csv
import io
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response

from provenance_graph.acceptance.snapshot import day_of, first_day
from provenance_graph.assessment.answers import AssessmentsAnswer, EvidenceAnswer, RubricAnswer
from provenance_graph.assessment.assess import assess_everywhere, assess_under
from provenance_graph.assessment.evidence import table as tables
from provenance_graph.assessment.rubrics.loader import from_store
from provenance_graph.changes.answers import ComparisonAnswer, HistoryAnswer
from provenance_graph.changes.compare import compare, compare_dates
from provenance_graph.changes.history.history import history
from provenance_graph.core.errors import UsageError
from provenance_graph.core.iris import short_id
from provenance_graph.model.naming.resolve import resolve
from provenance_graph.service.api.common.access import Access
from provenance_graph.service.api.common.parameters import AsOf, Many
from provenance_graph.service.api.common.reply import api_router, reply

EVIDENCE: dict[int | str, dict[str, Any]] = {
    200: {"model": EvidenceAnswer, "content": {"text/csv": {"schema": {"type": "string"}}}}
}


def router(access: Access) -> APIRouter:
    """The routes of assessments, evidence tables, history and comparison over one store."""
    routes = api_router("assessment")
    _rubrics(routes, access)
    _assessments(routes, access)
    _evidence(routes, access)
    _time(routes, access)
    return routes


def _rubrics(routes: APIRouter, access: Access) -> None:
    @routes.get("/rubrics", responses={200: {"model": list[RubricAnswer]}})
    def rubrics(request: Request) -> Response:
        """The assessment schemes, with version, source and whether this software computes them."""
        snapshot = access.snapshot()

        def made() -> list[RubricAnswer]:
            return [
                {
                    "id": rubric.id,
                    "title": rubric.label,
                    "version": rubric.version,
                    "computed": rubric.is_computed,
                    "sources": list(rubric.sources),
                    "licence": rubric.licence or None,
                    "attribution": rubric.attribution or None,
                }
                for rubric in from_store(snapshot)
            ]

        return reply(access, request, snapshot, made)


def _assessments(routes: APIRouter, access: Access) -> None:
    @routes.get("/models/{name:path}/assessments", responses={200: {"model": AssessmentsAnswer}})
    def assessments(
        request: Request,
        name: str,
        rubric: Many = [],
        asOf: AsOf = "",
    ) -> Response:
        """Scores of a model with their range from low to high, and the claims behind each point.

        Scores published by others are included.
        """
        snapshot = access.snapshot(asOf)

        def made() -> AssessmentsAnswer:
            subject = resolve(snapshot, name)
            result = (
                assess_under(snapshot, subject, rubric)
                if rubric
                else assess_everywhere(snapshot, subject)
            )
            return {
                "id": short_id(subject),
                "iri": subject,
                "asOf": snapshot.as_of or None,
                "assessments": [assessed.to_json() for assessed in result],
            }

        return reply(access, request, snapshot, made)


def _evidence(routes: APIRouter, access: Access) -> None:
    @routes.get("/models/{name:path}/evidence", responses=EVIDENCE)
    def evidence_table(
        request: Request,
        name: str,
        rubric: Annotated[str, Query(max_length=60)] = "eu-annex-xi",
        format: Annotated[str, Query(pattern="^(json|csv)$")] = "json",
        asOf: AsOf = "",
    ) -> Response:
        """For each item of a rubric, the public documents that are evidence, and the gaps."""
        snapshot = access.snapshot(asOf)

        def made() -> EvidenceAnswer:
            return {"rubric": rubric, "rows": [row.to_json() for row in rows()]}

        def rows() -> list[tables.CriterionRow]:
            result = assess_under(snapshot, resolve(snapshot, name), [rubric])
            return tables.evidence(result[0])

        if format == "json":
            return reply(access, request, snapshot, made)
        return reply(access, request, snapshot, rows, media_type="text/csv", write=_csv)


def _csv(rows: list[tables.CriterionRow]) -> bytes:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(tables.COLUMNS)
    writer.writerows(tables.table(rows))
    return out.getvalue().encode()


def _time(routes: APIRouter, access: Access) -> None:
    @routes.get("/models/{name:path}/history", responses={200: {"model": HistoryAnswer}})
    def changes(
        request: Request,
        name: str,
        start: Annotated[str, Query(alias="from", max_length=40)] = "",
        end: Annotated[str, Query(alias="to", max_length=40)] = "",
        asOf: AsOf = "",
    ) -> Response:
        """The history of a model: versions, aliases, retirement, changed facts and claims."""
        snapshot = access.snapshot(asOf)

        def made() -> HistoryAnswer:
            subject = resolve(snapshot, name)
            return history(snapshot, subject, first_day(start), day_of(end)).to_json()

        return reply(access, request, snapshot, made)

    @routes.get("/compare", responses={200: {"model": ComparisonAnswer}})
    def comparison(
        request: Request,
        model: Annotated[list[str], Query(min_length=1, max_length=6)],
        asOf: Annotated[list[str], Query(max_length=2)] = [],
    ) -> Response:
        """Two to six models compared by field, or one model on two days (`asOf` twice)."""
        present = access.snapshot()

        def made() -> ComparisonAnswer:
            subjects = [resolve(present, name) for name in model]
            days = [day_of("" if day in ("", "now") else day) for day in asOf]
            if len(subjects) == 1:
                if not days:
                    raise UsageError("give a second model, or one or two days with asOf")
                both = days if len(days) > 1 else [*days, ""]
                return compare_dates(present, subjects[0], both).to_json()
            if len(days) > 1:
                raise UsageError("several models are compared on one day: give asOf once")
            snapshot = present.at(days[0] if days else "")
            access.look_at_profiles(snapshot)
            return compare(snapshot, subjects).to_json()

        return reply(access, request, present, made)
