"""Routes of identity: pairs of names that may be one, and a person's decisions on them."""

from __future__ import annotations

from collections import Counter
from typing import Annotated, Any, Literal, get_args

from fastapi import APIRouter, Query, Request, Response
from pydantic import ConfigDict, Field
from pydantic.dataclasses import dataclass

from provenance_graph.acceptance.snapshot import AcceptedSnapshot
from provenance_graph.core import iris
from provenance_graph.core.results import RESULT, dump_json
from provenance_graph.matching.outcome import Pair
from provenance_graph.service.api.common.access import Access
from provenance_graph.service.api.common.indexes import identity_pairs
from provenance_graph.service.api.common.parameters import DIGITS
from provenance_graph.service.api.common.reply import PROBLEM, api_router, reply
from provenance_graph.service.api.entities.neighbours import named
from provenance_graph.service.backend import Decision
from provenance_graph.service.http.context import Service
from provenance_graph.service.sparql.update import allow_write, written_headers

WRITING: dict[int | str, dict[str, Any]] = dict.fromkeys((401, 403), PROBLEM)
Verdict = Literal["candidate", "barred", "related", "same"]
_VERDICTS: tuple[Verdict, ...] = get_args(Verdict)
Kind = Literal["", "model", "dataset", "organization", "licence"]


@dataclass(frozen=True, config=RESULT)
class IdentityPair:
    """Two names with the verdict of a rule or a person, and the evidence for and against it.

    ``name`` and ``may_be`` are IRIs; the labels are for display. ``decided_by`` is a rule
    (``id:rule/…``), a person, or empty where nothing is decided.
    """

    name: str
    may_be: str
    name_id: str
    may_be_id: str
    name_label: str
    may_be_label: str
    score: float
    verdict: Verdict
    pro: list[str]
    contra: list[str]
    relation: str
    decided_by: str


@dataclass(frozen=True, config=RESULT)
class IdentityPage:
    """A page of pairs, with the number of pairs for each verdict; ``next`` is the next cursor."""

    items: list[IdentityPair]
    total: int
    counts: dict[str, int]
    next: str | None = None


@dataclass(frozen=True, config=ConfigDict(**RESULT, extra="forbid"))
class DecisionBody:
    """A decision on two names, given as IRIs or short ids, with its reason."""

    name: Annotated[str, Field(min_length=1, max_length=1000)]
    may_be: Annotated[str, Field(min_length=1, max_length=1000)]
    decision: Literal["accept", "reject", "withdraw"]
    reason: Annotated[str, Field(min_length=1, max_length=2000)]


@dataclass(frozen=True, config=RESULT)
class Decided:
    """A stored decision, its author, and the store version that has it."""

    name: str
    may_be: str
    decision: str
    author: str
    version: str


def router(access: Access) -> APIRouter:
    """The routes of identity over one store."""
    routes = api_router("identity")
    _pairs(routes, access)
    _decisions(routes)
    return routes


def _pairs(routes: APIRouter, access: Access) -> None:
    @routes.get("/identity", response_model=None, responses={200: {"model": IdentityPage}})
    def pairs(
        request: Request,
        verdict: Annotated[list[Verdict], Query()] = [],
        kind: Kind = "",
        of: Annotated[str, Query(max_length=400, description="Only pairs of this entity.")] = "",
        q: Annotated[str, Query(max_length=200, description="Part of a name.")] = "",
        limit: Annotated[int, Query(ge=1, le=500), DIGITS] = 50,
        cursor: Annotated[str, Query(pattern="^[0-9]{0,9}$", max_length=9)] = "",
    ) -> Response:
        """Pairs of names by verdict: open, kept separate, related, or decided; the surest first."""
        snapshot = access.prepared("identity")

        def made() -> IdentityPage:
            entity = named(snapshot, of) if of else ""
            every = [
                pair
                for pair in identity_pairs(snapshot)
                if (not kind or _kind(pair) == kind)
                and (not entity or entity in _canonical(snapshot, pair))
                and (not q or any(q.casefold() in text.casefold() for text in _texts(pair)))
            ]
            chosen = [p for p in every if p.verdict.name.lower() in (verdict or ["candidate"])]
            start = int(cursor or 0)
            part = chosen[start : start + limit]
            return IdentityPage(
                [_answer(pair) for pair in part],
                len(chosen),
                _counted(every),
                str(start + limit) if start + limit < len(chosen) else None,
            )

        return reply(access, request, snapshot, made, write=dump_json)


def _decisions(routes: APIRouter) -> None:
    @routes.post(
        "/identity/decisions", response_model=None, responses={200: {"model": Decided}, **WRITING}
    )
    async def decide(request: Request, body: DecisionBody) -> Response:
        """Decide that two names denote one entity or different ones, or withdraw a decision.

        Requires a writable service and a token with the scope `review`. The accepted view is
        updated in the same commit.
        """
        service: Service = request.app.state.service
        writer, who = allow_write(service, request, "review")
        names = iris.expand(body.name), iris.expand(body.may_be)
        holder = service.holder(request)
        sees = holder is not None and holder.may("read-private")
        written = await writer.decide(Decision(*names, body.decision, body.reason, sees), who)
        answer = Decided(*names, body.decision, who, written.version)
        headers = written_headers(written.version)
        return Response(dump_json(answer), media_type="application/json", headers=headers)


def _counted(pairs: list[Pair]) -> dict[str, int]:
    counts = Counter(pair.verdict.name.lower() for pair in pairs)
    return {name: counts[name] for name in _VERDICTS}


def _kind(pair: Pair) -> str:
    for segment in ("organization", "dataset", "licence"):
        if pair.subject.startswith(f"{iris.ID}{segment}/"):
            return segment
    return "model"


def _canonical(snapshot: AcceptedSnapshot, pair: Pair) -> set[iris.Iri]:
    return {snapshot.canonical(pair.subject), snapshot.canonical(pair.other)}


def _texts(pair: Pair) -> tuple[str, ...]:
    return iris.short_id(pair.subject), iris.short_id(pair.other), *pair.labels


def _answer(pair: Pair) -> IdentityPair:
    ids = iris.short_id(pair.subject), iris.short_id(pair.other)
    labels = pair.labels[0] or ids[0], pair.labels[1] or ids[1]
    verdict: Any = pair.verdict.name.lower()
    decided_by = pair.rule if verdict in ("same", "related") or not pair.contra else ""
    return IdentityPair(
        pair.subject,
        pair.other,
        *ids,
        *labels,
        round(pair.confidence, 2),
        verdict,
        list(pair.pro),
        list(pair.contra),
        iris.shorten(pair.predicate),
        decided_by,
    )
