"""The MCP server: read-only tools over one store, each value with its receipt.

An undisclosed fact is never answered with a value: values of third parties are given separately,
marked as not accepted. Bad arguments give an error that suggests valid ones.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Set
from datetime import date
from decimal import Decimal
from typing import Annotated, Any

from mcp.server import MCPServer
from mcp.server.mcpserver.exceptions import ToolError
from mcp.types import ToolAnnotations
from pydantic import Field

from provenance_graph import asking
from provenance_graph.acceptance.snapshot import AcceptedSnapshot, day_of
from provenance_graph.assistant.cite_check import cite_check as checked
from provenance_graph.changes.compare import compare as compared
from provenance_graph.changes.profiles import profile_of
from provenance_graph.conflicts.detect import conflicts as disagreements
from provenance_graph.conflicts.selection import select_conflicts
from provenance_graph.core.deadline import Deadline, use
from provenance_graph.core.errors import ProvenanceError
from provenance_graph.core.iris import local_name, short_id
from provenance_graph.core.threads import releasing_frames
from provenance_graph.fleet import deployed
from provenance_graph.licences.graph import LicenceGraph
from provenance_graph.licences.inheritance.near import index_near
from provenance_graph.lineage.graph import LineageGraph
from provenance_graph.model.cells import value_json
from provenance_graph.model.fields import property_named
from provenance_graph.model.naming.entities import find_entity
from provenance_graph.model.naming.resolve import resolve
from provenance_graph.model.pages.entity import entity_page
from provenance_graph.model.questions import stored
from provenance_graph.model.receipt import receipts
from provenance_graph.model.search.index import SearchIndex

MAX_ITEMS = 100
ANSWER_BYTES = 400_000
"""A longer answer is refused with advice to narrow it, not cut."""
ANSWER_SECONDS = 30.0
"""Time for what a tool works out itself; a query has a limit of its own."""

INSTRUCTIONS = """\
Facts about AI models with their provenance. Every value comes with receipts: claim, record, \
document, digest, place, basis, custody, day of retrieval and store version; cite them. Where a \
fact is undisclosed or withheld there is no value: say so, and never fill the gap from memory. \
`notAccepted` holds what others report and is no fact. Licence answers are no legal advice."""

Snapshot = Callable[[str], AcceptedSnapshot]
"""A snapshot now ("") or as of an ISO day."""

Query = Callable[[str], bytes]
"""Runs a SPARQL query in a bounded process; gives SPARQL results as JSON."""

Model = Annotated[
    str, Field(max_length=300, description="Id, name or IRI, such as meta-llama/Llama-3.1-8B.")
]
AsOf = Annotated[
    str, Field(max_length=40, description="As known on that day (ISO date); empty for now.")
]
_READ = ToolAnnotations(read_only_hint=True, destructive_hint=False, open_world_hint=False)


def make_server(snapshot: Snapshot, query: Query, version: str = "") -> MCPServer:
    """An MCP server over a store, which it reads only through ``snapshot`` and ``query``."""
    server: MCPServer = MCPServer(
        "provenance-graph", instructions=INSTRUCTIONS, version=version, log_level="ERROR"
    )
    tools = _Tools(snapshot, query)
    for tool in (
        tools.search,
        tools.profile,
        tools.claims,
        tools.lineage,
        tools.impact,
        tools.licences,
        tools.compare,
        tools.conflicts,
        tools.questions,
        tools.ask,
        tools.sparql,
        tools.cite_check,
    ):
        # tools run in threads: an error must not carry the engine's iterators to another thread
        server.tool(annotations=_READ, structured_output=False)(releasing_frames(tool))
    return server


def _as_text(value: Any) -> str:
    """An answer as JSON text; raises ToolError for one that is too long."""
    text = json.dumps(value, ensure_ascii=False, default=_plain)
    if len(text.encode()) > ANSWER_BYTES:
        raise ToolError(
            f"the answer has {len(text):,} characters; ask for less (a property, a smaller limit)"
        )
    return text


def _plain(value: object) -> object:
    """A date, number or set in a form that JSON has; raises TypeError for other objects."""
    if isinstance(value, date | Decimal):
        return str(value)
    if isinstance(value, Set):
        return sorted(map(str, value))
    raise TypeError(f"{type(value).__name__} is not part of an answer")


class _Tools:
    """The tools; assistants read their docstrings as descriptions."""

    def __init__(self, snapshot: Snapshot, query: Query) -> None:
        self._open, self._query = snapshot, query

    def _at(self, as_of: str) -> AcceptedSnapshot:
        return self._open(day_of(as_of))

    def search(
        self,
        text: Annotated[str, Field(max_length=200, description="Part of a name, id or developer.")],
        limit: Annotated[int, Field(ge=1, le=MAX_ITEMS)] = 20,
    ) -> str:
        """Models with words in name, id, alias or developer that begin as the text's words."""
        return _guarded(lambda: SearchIndex.open(self._at("")).search(text, limit).to_json())

    def profile(self, model: Model, as_of: AsOf = "") -> str:
        """The profile of a model (or dataset, organisation, licence), field by field.

        A field has values with receipts, or a disclosure status and no value.
        """
        return _guarded(lambda: self._profile(self._at(as_of), model))

    def _profile(self, now: AcceptedSnapshot, model: str) -> Any:
        meant = find_entity(now, model)
        if meant.kind not in ("model", "family") or not now.present.types(meant.iri):
            return entity_page(now, meant).to_json()
        result = profile_of(now, meant.iri)
        stored: dict[str, list[Any]] = {}
        for one in now.claims(meant.iri):
            stored.setdefault(one.claim.predicate, []).append(one)
        fields = []
        for section in result["sections"]:
            for field_answer in section["fields"]:
                if not field_answer["values"] and field_answer["status"] == "NotRecorded":
                    continue
                claims = stored.get(property_named(now, field_answer["property"]), [])
                accepted = [one for one in claims if one.status.label == "Accepted"]
                others = [
                    one
                    for one in claims
                    if one.status.label != "Accepted" and one.claim.value is not None
                ]
                fields.append(
                    {
                        "property": field_answer["property"],
                        "label": field_answer["label"],
                        "values": field_answer["values"],
                        "status": field_answer["status"],
                        "contested": field_answer["contested"],
                        "receipts": receipts(accepted or claims, now.version, 3),
                        "notAccepted": [
                            {
                                "value": value_json(one.claim.value),
                                "by": short_id(one.header.publisher),
                                "why": one.reason,
                            }
                            for one in others[:3]
                        ],
                    }
                )
        return {
            "id": result["id"],
            "name": result["name"],
            "asOf": now.as_of or None,
            "storeVersion": now.version,
            "fields": fields,
            "otherThingsOfThatName": [short_id(one) for one in meant.others[:5]],
        }

    def claims(
        self,
        model: Model,
        property: Annotated[
            str,
            Field(max_length=200, description="Such as parameterCount or license; empty for all."),
        ] = "",
        as_of: AsOf = "",
    ) -> str:
        """Claims about an entity, each with its source, basis, status and receipt."""

        def made() -> Any:
            now = self._at(as_of)
            subject = find_entity(now, model).iri
            predicate = property_named(now, property) if property else None
            claims = now.claims(subject, predicate)
            return {
                "id": short_id(subject),
                "count": len(claims),
                "claims": [
                    {**one, "property": local_name(claim.claim.predicate), "reason": claim.reason}
                    for claim in claims[:MAX_ITEMS]
                    for one in receipts([claim], now.version)
                ],
            }

        return _guarded(made)

    def lineage(
        self,
        model: Model,
        direction: Annotated[str, Field(pattern="^(up|down|both)$")] = "up",
        limit: Annotated[int, Field(ge=1, le=MAX_ITEMS)] = 50,
        as_of: AsOf = "",
    ) -> str:
        """The ancestors (up) and descendants (down) of a model, with evidence per edge."""

        def made() -> Any:
            now = self._at(as_of)
            subject = resolve(now, model)
            lineage = LineageGraph(now, index_near(now, [subject]))
            return lineage.of(subject, direction=direction, limit=limit).to_json()

        return _guarded(made)

    def impact(
        self, thing: Model, limit: Annotated[int, Field(ge=1, le=MAX_ITEMS)] = 50, as_of: AsOf = ""
    ) -> str:
        """Descendants of a model, models trained on a dataset, and our systems that use them."""

        def made() -> Any:
            now = self._at(as_of)
            subject = find_entity(now, thing, ("model", "family", "dataset")).iri
            lineage = LineageGraph(now, index_near(now, [subject]))
            impact = lineage.impact(subject, limit=limit)
            systems = deployed(now, [subject, *(node.iri for node in impact.nodes)])
            running = [{"system": short_id(one), "runs": short_id(model)} for one, model in systems]
            return {**impact.to_json(), "deployments": running}

        return _guarded(made)

    def licences(
        self,
        model: Model,
        uses: Annotated[
            list[str],
            Field(
                max_length=20,
                description="Planned uses: commercial, distribute, eu, users=1000000 …",
            ),
        ] = [],
        as_of: AsOf = "",
    ) -> str:
        """Whether uses of a model are allowed, conditional, blocked or unknown.

        Each reason comes with its clause and its path of lineage.
        """

        def made() -> Any:
            now = self._at(as_of)
            subject = resolve(now, model)
            licences = LicenceGraph(now, index_near(now, [subject]))
            report = licences.report(subject, uses=tuple(uses))
            return {"sentence": report.sentence, **report.to_json()}

        return _guarded(made)

    def compare(
        self,
        models: Annotated[list[str], Field(min_length=2, max_length=6)],
        as_of: AsOf = "",
    ) -> str:
        """Two to six models side by side, differences marked, disclosure included."""

        def made() -> Any:
            now = self._at(as_of)
            return compared(now, [resolve(now, one) for one in models]).to_json()

        return _guarded(made)

    def conflicts(self, model: Model, as_of: AsOf = "") -> str:
        """Claims about a model that disagree, worst first, each side with its source."""

        def made() -> Any:
            now = self._at(as_of)
            answer = select_conflicts(disagreements(now, [resolve(now, model)]))
            return {
                "conflicts": answer["items"],
                "total": answer["total"],
                "kinds": answer["kinds"],
            }

        return _guarded(made)

    def questions(self) -> str:
        """The stored questions with their parameters; `ask` answers one."""
        return _guarded(
            lambda: [
                {
                    "name": one.name,
                    "question": one.question,
                    "parameters": [
                        {
                            "name": p.name,
                            "kind": p.kind,
                            "default": p.default,
                            "what": p.description,
                        }
                        for p in one.parameters
                    ],
                }
                for one in stored.questions().values()
            ]
        )

    def ask(
        self,
        question: Annotated[str, Field(max_length=100)],
        parameters: Annotated[dict[str, str], Field(max_length=10)] = {},
    ) -> str:
        """Answer a stored question; an empty answer says what it means."""

        def made() -> Any:
            now = self._at("")
            result = asking.ask(now, question, parameters)
            rows = [[value_json(cell) for cell in row] for row in result.rows[:MAX_ITEMS]]
            return {
                "columns": result.names,
                "rows": rows,
                "of": len(result),
                "summary": stored.find(question).summed_up(result),
                "storeVersion": now.version,
            }

        return _guarded(made)

    def sparql(self, query: Annotated[str, Field(max_length=20_000)]) -> str:
        """A SPARQL 1.1 query, read-only and bounded; the project's prefixes need not be declared.

        The default graph holds accepted facts, `GRAPH ?record { … }` what each source says.
        """
        return _guarded(lambda: json.loads(self._query(stored.prefixes(query))))

    def cite_check(
        self,
        text: Annotated[str, Field(description="Prose of at most 100,000 characters.")],
        as_of: AsOf = "",
    ) -> str:
        """Check the statements of a text: supported, contradicted, undisclosed or unknown.

        Each verdict comes with the claims behind it.
        """
        return _guarded(lambda: [one.to_json() for one in checked(self._at(as_of), text)])


def _guarded(made: Callable[[], Any]) -> str:
    """The text of an answer made within the time limit; an error becomes a ToolError."""
    try:
        with use(Deadline(ANSWER_SECONDS)):
            return _as_text(made())
    except ProvenanceError as error:
        raise ToolError(str(error)) from error
