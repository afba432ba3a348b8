"""Routes of licences: those of a model, repairs, breaches over the store, one licence explained."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from provenance_graph.core.iris import Iri, short_id
from provenance_graph.licences.answers import (
    BreachesAnswer,
    ExplanationAnswer,
    LicenceReportAnswer,
    PortfolioAnswer,
    RepairAnswer,
)
from provenance_graph.licences.graph import LicenceGraph, day_of_texts
from provenance_graph.licences.in_force import catalogue_of
from provenance_graph.licences.inheritance.near import part_near
from provenance_graph.licences.paths import path_text
from provenance_graph.licences.portfolio import portfolio, subjects_of
from provenance_graph.licences.repair import repair
from provenance_graph.licences.results import LicenceFinding
from provenance_graph.licences.rules.breaches import Filters, StoreFindings, store_findings
from provenance_graph.licences.rules.context import SEVERITIES
from provenance_graph.licences.texts.explain import explain_in
from provenance_graph.model.naming.resolve import resolve
from provenance_graph.service.api.common.access import Access
from provenance_graph.service.api.common.parameters import DIGITS, AsOf, Many
from provenance_graph.service.api.common.reply import api_router, reply
from provenance_graph.service.api.common.tables import (
    CSV,
    MAX_ROWS,
    AnswerTable,
    TableColumn,
    TableQuery,
    table_reply,
)
from provenance_graph.service.api.lineage.impact import entity_named

COLUMNS: AnswerTable[LicenceFinding] = AnswerTable(
    TableColumn("model", lambda f: short_id(f.subject)),
    TableColumn("rule", lambda f: f.rule.id, facet=True),
    TableColumn("name", lambda f: f.rule.name),
    TableColumn(
        "severity",
        lambda f: f.severity,
        True,
        lambda f: len(SEVERITIES) - SEVERITIES.index(f.severity),
        SEVERITIES,
    ),
    TableColumn("message", lambda f: f.message),
    TableColumn("licence", lambda f: f.licence.name if f.licence else "", facet=True),
    TableColumn("clause", lambda f: f.clause),
    TableColumn("holder", lambda f: short_id(f.holder) if f.holder else "", facet=True),
    TableColumn("path", lambda f: path_text(f.path)),
)
"""Findings as a table."""
On = Annotated[str, Query(max_length=10, description="By the texts in force on that day.")]
Text = Annotated[str, Query(max_length=300)]


def router(access: Access) -> APIRouter:
    """The routes on licences."""
    routes = api_router("licences")
    _of_models(routes, access)
    _breaches(routes, access)
    _of_store(routes, access)
    return routes


def _of_models(routes: APIRouter, access: Access) -> None:
    @routes.get("/models/{name:path}/licences", responses={200: {"model": LicenceReportAnswer}})
    def licences(
        request: Request,
        name: str,
        use: Many = [],
        on: On = "",
        asOf: AsOf = "",
    ) -> Response:
        """Whether a model may be used: a sentence, three answers for each use, and findings.

        Each finding has its path of lineage and its clause.
        """
        day = day_of_texts(on)

        def made(graph: LicenceGraph, subject: Iri) -> object:
            return graph.report(subject, uses=use, day=day).to_json()

        return _of_one(access, request, name, asOf, made)

    @routes.get("/models/{name:path}/repair", responses={200: {"model": RepairAnswer}})
    def repairs(
        request: Request,
        name: str,
        use: Many = [],
        on: On = "",
        asOf: AsOf = "",
    ) -> Response:
        """The smallest sets of changes that make the uses allowed, each with its proof."""
        day = day_of_texts(on)

        def made(graph: LicenceGraph, subject: Iri) -> object:
            return repair(graph, subject, uses=use, day=day).to_json()

        return _of_one(access, request, name, asOf, made)


def _breaches(routes: APIRouter, access: Access) -> None:
    @routes.get("/breaches", responses={200: {"model": BreachesAnswer, **CSV}})
    def breaches(
        request: Request,
        table: TableQuery,
        rule: Many = [],
        severity: Many = [],
        model: Many = [],
        licence: Many = [],
        holder: Many = [],
        licensor: Text = "",
        developer: Text = "",
        of: Text = "",
        on: On = "",
        limit: Annotated[int, Query(ge=1, le=MAX_ROWS), DIGITS] = 200,
        asOf: AsOf = "",
    ) -> Response:
        """Every licence finding in the store, gravest first or sorted by a column; as JSON or CSV.

        Unknown results are counted by cause.
        """
        day = day_of_texts(on)
        rules = frozenset(one.upper() for one in rule)
        table_request = table.by(severity=severity, model=model, licence=licence, holder=holder)
        snapshot = access.prepared("lineage", asOf)

        def read(graph: LicenceGraph) -> StoreFindings:
            entity: Iri | None = entity_named(graph.snapshot, of) if of else None
            filters = Filters(rules, licensor, developer, entity)
            maximum = limit if table_request.first_only else MAX_ROWS
            return store_findings(graph, day=day, limit=maximum, filters=filters)

        def made() -> BreachesAnswer:
            graph = LicenceGraph(snapshot)
            result = read(graph)
            if table_request.first_only:
                return result.supported(graph).to_json()
            part = COLUMNS.part(result.findings, table_request, limit)
            answer = replace(result, findings=tuple(part.rows)).supported(graph).to_json()
            cut = result.is_cut or part.next is not None
            answer |= {"of": part.total, "truncated": cut, "next": part.next}
            return answer if part.facets is None else {**answer, "facets": part.facets}

        def rows() -> Sequence[LicenceFinding]:
            return read(LicenceGraph(snapshot)).findings

        return table_reply(access, request, snapshot, table_request, made, COLUMNS, rows)


def _of_store(routes: APIRouter, access: Access) -> None:
    @routes.get("/licences-of", responses={200: {"model": ExplanationAnswer}})
    def licences_of(request: Request, text: Text, asOf: AsOf = "") -> Response:
        """The licence that a text, SPDX expression or address denotes, by clause, with ODRL."""
        snapshot = access.snapshot(asOf)

        def made() -> object:
            return explain_in(snapshot, catalogue_of(snapshot), text).to_json()

        return reply(access, request, snapshot, made)

    @routes.get("/portfolio", responses={200: {"model": PortfolioAnswer}})
    def matrix(
        request: Request,
        model: Many,
        use: Many = [],
        on: On = "",
        asOf: AsOf = "",
    ) -> Response:
        """A matrix of models and uses; each cell has its answer and the reason that decides."""
        day = day_of_texts(on)
        snapshot = access.for_few(asOf)

        def made() -> object:
            subjects, unresolved = subjects_of(snapshot, model)
            index = part_near(snapshot, subjects) if asOf else None
            graph = LicenceGraph(snapshot, index)
            return portfolio(graph, subjects, use, day, unresolved).to_json()

        return reply(access, request, snapshot, made)


def _of_one(
    access: Access,
    request: Request,
    name: str,
    as_of: str,
    make: Callable[[LicenceGraph, Iri], object],
) -> Response:
    """The response of ``make`` for the licences of one model.

    For a past day, only the lineage near that model is read.
    """
    snapshot = access.for_few(as_of)

    def made() -> object:
        subject = resolve(snapshot, name)
        index = part_near(snapshot, [subject]) if as_of else None
        return make(LicenceGraph(snapshot, index), subject)

    return reply(access, request, snapshot, made)
