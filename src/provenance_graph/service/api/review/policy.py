"""``/api/v1/policy``: the acceptance policy in words, with the decisions of each rule."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from provenance_graph.acceptance.policy.answers import PolicyAnswer
from provenance_graph.acceptance.policy.report import to_answer
from provenance_graph.service.api.common.access import Access
from provenance_graph.service.api.common.indexes import policy_counts
from provenance_graph.service.api.common.parameters import AsOf
from provenance_graph.service.api.common.reply import api_router, reply


def router(access: Access) -> APIRouter:
    """The route of the policy of one store."""
    routes = api_router("store")

    @routes.get("/policy", responses={200: {"model": PolicyAnswer}})
    def policy(request: Request, asOf: AsOf = "") -> Response:
        """The acceptance policy in words, and the decisions of each rule, with examples."""
        snapshot = access.prepared("policy", asOf)
        return reply(
            access, request, snapshot, lambda: to_answer(snapshot.policy, *policy_counts(snapshot))
        )

    return routes
