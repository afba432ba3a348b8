"""A licence report as text for the terminal, and as rows."""

from __future__ import annotations

from collections.abc import Iterator

from provenance_graph.core.iris import short_id
from provenance_graph.licences.paths import path_text
from provenance_graph.licences.results import (
    NOT_ADVICE,
    AnswerOfDay,
    LicenceReport,
    Reason,
    Verdict,
)

_MARK = {"allowed": "yes", "conditional": "if", "unknown": "?", "blocked": "no"}
_MAX_REASONS = 12
"""Reasons shown of one use; the JSON holds all."""


def report_text(report: LicenceReport) -> str:
    """A report as text for readers, with all labels, uses, findings and notices."""
    return "\n".join([report.sentence, "", *_lines(report), "", NOT_ADVICE, ""])


def _lines(report: LicenceReport) -> Iterator[str]:
    for label in report.labels:
        sources = zip(label.sources, label.custody, strict=True)
        who = ", ".join(f"{short_id(one)} ({custody.label.lower()})" for one, custody in sources)
        who = who or "the accepted view"
        when = f" from {label.valid_from}" if label.valid_from else ""
        when += f" until {label.valid_until}" if label.valid_until else ""
        when += f" in version {label.version}" if label.version else ""
        state = "accepted" if label.accepted else "not accepted"
        yield f"  labelled {label.licence.name}{when} by {who} ({state})"
    if not report.labels:
        yield "  no licence that can be read is recorded"
    if report.contested:
        yield "  sources disagree on the licence"
    for answer in report.answers:
        yield from _answer(answer, alone=len(report.answers) == 1)
    if report.findings:
        yield "findings"
        for one in report.findings:
            clause = f" ({one.licence.name} {one.clause})" if one.licence and one.clause else ""
            yield f"  {one.severity} {one.rule.id} {one.rule.name}: {one.message}{clause}"
            if one.path:
                yield f"      {path_text(one.path)}"
    if report.notices:
        yield "to ship with the model as it is"
        for notice in report.notices:
            clause = f" {notice.clause}" if notice.clause else ""
            yield f"  {notice.kind}: {notice.text} [{notice.licence.name}{clause}]"


def _answer(answer: AnswerOfDay, *, alone: bool) -> Iterator[str]:
    when = "" if alone else f" ({answer.occasion}{f', {answer.day}' if answer.day else ''})"
    yield f"uses{when}: {_basis(answer)}; lineage {answer.lineage.state}"
    for verdict in answer.verdicts:
        yield f"  {_MARK[verdict.answer]:>3}  {_use_text(verdict)}: {verdict.answer}{_parts(verdict)}"
        for reason in verdict.reasons[:_MAX_REASONS]:
            yield f"       {reason.effect}: {reason.text}{_source(reason)}"
            if reason.path and reason.effect != "conditional":
                yield f"         {path_text(reason.path)}"
        if len(verdict.reasons) > _MAX_REASONS:
            yield f"       {_MAX_REASONS} of {len(verdict.reasons)} reasons shown"


def _basis(answer: AnswerOfDay) -> str:
    """The licences that the answers rest on, in words: of a service, or along the lineage."""
    for verdict in answer.verdicts:
        if not verdict.weights.applies:
            terms = [one.licence.name for one in verdict.weights.reasons if one.licence]
            return f"as a service under {', '.join(terms)}; no weights are supplied"
    declared = ", ".join(one.name for one in answer.declared)
    own = f"under {declared}" if declared else "no licence of its own that can be read"
    return f"{own}, and what binds everything above it"


def _parts(verdict: Verdict) -> str:
    """The answers on weights, training data and contract, in brackets."""
    weights = verdict.weights.answer if verdict.weights.applies else "not supplied"
    contract = f", contract {verdict.contract.answer}" if verdict.contract.applies else ""
    return f" (weights {weights}, training data {verdict.data.answer}{contract})"


def _use_text(verdict: Verdict) -> str:
    return verdict.use.key + (f"={verdict.number:,}" if verdict.number is not None else "")


def _source(reason: Reason) -> str:
    if reason.licence is None or not reason.licence.known:
        return ""
    return f" [{reason.licence.name}{f' {reason.clause}' if reason.clause else ''}]"


def report_rows(report: LicenceReport) -> Iterator[tuple[str, ...]]:
    """A report as rows: uses, findings and notices, each with licence, clause and path."""
    for answer in report.answers:
        for verdict in answer.verdicts:
            about = f"use {_use_text(verdict)}" + (
                "" if answer.occasion == "today" else f" ({answer.occasion})"
            )
            yield about, verdict.use.label, verdict.answer, "", "", ""
            for reason in verdict.reasons:
                name = reason.licence.name if reason.licence else ""
                yield about, reason.text, reason.effect, name, reason.clause, path_text(reason.path)
    for one in report.findings:
        name = one.licence.name if one.licence else ""
        yield (
            f"rule {one.rule.id}",
            one.message,
            one.severity,
            name,
            one.clause,
            path_text(one.path),
        )
    for notice in report.notices:
        yield f"ship {notice.kind}", notice.text, "", notice.licence.name, notice.clause, ""
