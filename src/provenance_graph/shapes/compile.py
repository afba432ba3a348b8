"""Compiles shapes to set-based SPARQL: one query finds every node that breaks a constraint."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from provenance_graph.core.errors import BadShape
from provenance_graph.core.iris import Iri
from provenance_graph.shapes.expressions import PER_VALUE, Kinds, PatternWriter, written
from provenance_graph.shapes.model import Constraint, Shape, ShapePath, Target
from provenance_graph.store.sparql.tokens import tokens

_SELECT = re.compile(
    r"(?P<prologue>(?:\s*PREFIX\s+[^\n]*\n)*)\s*SELECT\s+(?P<distinct>DISTINCT\s+)?"
    r"(?P<columns>.*?)\s*WHERE\s*\{(?P<body>.*)\}\s*",
    re.IGNORECASE | re.DOTALL,
)
_COLUMN = re.compile(r"[?$](\w+)|\(\s*(.+?)\s+AS\s+[?$](\w+)\s*\)", re.IGNORECASE | re.DOTALL)
_UNSAFE = re.compile(
    r"\b(MINUS|VALUES|SERVICE|SELECT|GRAPH)\b|\$(?:currentShape|shapesGraph)\b", re.IGNORECASE
)
_STRINGS = re.compile(
    r"""\\.|"{3}(?:[^"\\]|\\.|"(?!""))*+(?:"{3}|(?P<a>\Z))|'{3}(?:[^'\\]|\\.|'(?!''))*+(?:'{3}|(?P<b>\Z))"""
    r"""|"(?:[^"\\]|\\.)*+(?:"|(?P<c>\Z))|'(?:[^'\\]|\\.)*+(?:'|(?P<d>\Z))|<[^<>\s]*+>|#[^\n]*+""",
    re.DOTALL,
)
"""Strings, IRIs and comments; one that is not closed goes to the end, which ``lastgroup`` tells."""


@dataclass(frozen=True, slots=True)
class Check:
    """One constraint of one shape, as a pattern that matches nodes which break it.

    ``pattern`` binds ``focus`` and ``columns``; ``reach`` leads from ``?this``, a target node, to
    ``focus``. ``needs`` are predicates without which the pattern cannot match.
    """

    shape: Shape
    component: str
    message: str
    path: ShapePath | None
    targets: tuple[Target, ...]
    over: frozenset[str]
    pattern: str
    reach: str = ""
    way: tuple[str, ...] = ()
    focus: str = "?this"
    value: str = ""
    columns: tuple[str, ...] = ()
    needs: frozenset[str] = frozenset()
    prologue: str = ""
    distinct: bool = True

    @property
    def targets_implied(self) -> bool:
        """Whether the pattern matches only targets, so that no target pattern is needed."""
        return any(t.kind == "subjects" and t.term.value in self.needs for t in self.targets)


def compile_shapes(shapes: Sequence[Shape], kinds: Kinds) -> list[Check]:
    """Compile the shapes that have targets; ``kinds`` returns a class and its subclasses."""
    writer = PatternWriter(kinds)
    return [check for shape in shapes if shape.targets for check in _walk(shape, writer)]


def _walk(shape: Shape, writer: PatternWriter) -> Iterator[Check]:
    top = Check(shape, "", "", shape.path, shape.targets, shape.over, "")
    yield from _checks(shape, writer, top)


def _checks(shape: Shape, writer: PatternWriter, base: Check) -> Iterator[Check]:
    """Yield the checks of a shape whose focus nodes are those of ``base``."""
    base = replace(base, shape=shape, path=shape.path)
    for constraint in shape.constraints:
        message = constraint.message or shape.message
        check = replace(base, component=constraint.component, message=message)
        match constraint.component:
            case "None":
                continue
            case "Property":
                yield from _checks(constraint.shapes[0], writer, _step(shape, base, writer))
            case "SPARQL":
                yield _sparql(check, constraint)
            case component if component in PER_VALUE:
                yield _per_value(check, constraint, writer)
            case "MinCount" | "MaxCount" | "HasValue":
                if not (constraint.component == "MinCount" and constraint.terms[0].value == "0"):
                    yield _whole(check, constraint, writer)
            case _:
                for pattern, value in writer.patterns(shape, constraint, base.focus):
                    columns = tuple(
                        c for c in ("?path", "?other") if re.search(rf"\{c}\b", pattern)
                    )
                    yield replace(check, pattern=pattern, value=value, columns=columns)


def _step(shape: Shape, base: Check, writer: PatternWriter) -> Check:
    if shape.path is None:
        return base
    onward = writer.fresh()
    reach = f"{base.reach}{base.focus} {shape.path.sparql} {onward} . "
    # A node that is reached by two paths breaks its shape twice, so the path is reported.
    way = (*base.way, base.focus)
    return replace(base, reach=reach, focus=onward, way=way, needs=base.needs | _needs(shape, base))


def _needs(shape: Shape, base: Check) -> frozenset[str]:
    if base.focus == "?this" and shape.path is not None and shape.path.predicate:
        return frozenset({shape.path.predicate})
    return frozenset()


def _per_value(check: Check, constraint: Constraint, writer: PatternWriter) -> Check:
    shape = check.shape
    if shape.path is None:
        test = f"FILTER({writer.bad(constraint, check.focus)})"
        return replace(check, pattern=test, value=check.focus)
    test = f"FILTER({writer.bad(constraint, '?value')})"
    pattern = f"{check.focus} {shape.path.sparql} ?value . {test}"
    return replace(check, pattern=pattern, value="?value", needs=check.needs | _needs(shape, check))


def _whole(check: Check, constraint: Constraint, writer: PatternWriter) -> Check:
    shape = check.shape
    if constraint.component == "MaxCount":
        pattern = writer.distinct(shape, check.focus, int(constraint.terms[0].value) + 1)
        return replace(check, pattern=pattern, needs=check.needs | _needs(shape, check))
    test = f"FILTER({writer.focus_fails(shape, constraint, check.focus)})"
    return replace(check, pattern=test)


def _sparql(check: Check, constraint: Constraint) -> Check:
    """Compile the query of a SPARQL constraint for all focus nodes at once.

    SHACL binds ``$this`` before evaluation, one node at a time. Joining the targets instead gives
    the same rows as long as no part of the query has a scope of its own. Parts with a scope (MINUS,
    VALUES, SERVICE, sub-selects) are refused with BadShape, the first three as in SHACL itself.
    """
    name = check.shape.name
    bare = _STRINGS.sub(lambda part: part[0] if part.lastgroup else "", constraint.text)
    if unsafe := _UNSAFE.search(re.sub(r"^(.*?)\bSELECT\b", "", bare, count=1, flags=re.DOTALL)):
        raise BadShape(
            f"{name}: {unsafe[0]} in a SPARQL constraint cannot be checked for many nodes"
        )
    _refuse_scopes(name, constraint.text)
    match = _SELECT.fullmatch(constraint.text)
    if match is None or check.focus != "?this":
        raise BadShape(
            f"{name}: write the SPARQL constraint as SELECT … WHERE {{ … }}, on the focus node"
        )
    body, columns, value = match["body"], [], ""
    if check.path is not None:
        body = re.sub(r"[$?]PATH\b", lambda _: check.path.sparql if check.path else "", body)
    elif re.search(r"[$?]PATH\b", bare):
        raise BadShape(f"{name}: $PATH belongs to property shapes")
    for plain, expression, alias in _COLUMN.findall(match["columns"]):
        column = plain or alias
        if expression:
            body += f" BIND({expression} AS ?{column})"
        if column != "this":
            columns.append(f"?{column}")
    if "?value" in columns:
        columns.remove("?value")
        value = "?value"
    elif check.path is None:
        value = "?this"
    return replace(
        check,
        pattern=body,
        value=value,
        columns=tuple(columns),
        prologue=match["prologue"],
        distinct=bool(match["distinct"]),
    )


@dataclass(slots=True)
class _Group:
    """A group of a query: its kind, and where it mentions the focus node."""

    kind: str
    anchored: bool = False  # in a triple pattern of the group
    tested: bool = False  # in an expression


def _refuse_scopes(name: str, text: str) -> None:
    """Raise BadShape if a group of a query tests ``$this`` without a pattern that binds it.

    SHACL substitutes the node before evaluation, wherever ``$this`` occurs. With a join, an
    isolated group does not have the node bound, and its filter would silently drop everything.
    EXISTS and OPTIONAL see the bindings before them.
    """
    open_: list[_Group] = []
    parens, before, last = [0], "", ""
    for kind, piece, _ in tokens(text):
        word = piece.lower() if kind == "word" else ""
        if piece == "{":
            known = {"optional": "optional", "exists": "exists"}
            graph = "graph" if before == "graph" else "plain"
            open_.append(_Group(known.get(last, graph) if open_ else "top"))
            parens.append(0)
        elif piece == "}" and open_:
            _close(name, open_.pop(), open_)
            parens.pop()
        elif piece in ("(", ")"):
            parens[-1] += 1 if piece == "(" else -1
        elif kind == "variable" and piece[1:] == "this" and open_:
            open_[-1].tested |= parens[-1] > 0
            open_[-1].anchored |= parens[-1] == 0
        before, last = last, word or piece


def _close(name: str, group: _Group, around: list[_Group]) -> None:
    if group.kind == "top" or any(outer.kind == "exists" for outer in (*around, group)):
        return
    if group.kind == "plain" and group.tested and not group.anchored:
        raise BadShape(
            f"{name}: a group of its SPARQL constraint tests $this without a pattern that finds "
            "it, which cannot be checked for many nodes; put the test outside the group"
        )
    if group.kind in ("optional", "graph"):
        around[-1].tested |= group.tested and not group.anchored
        around[-1].anchored |= group.anchored and group.kind == "graph"


def target_pattern(targets: Sequence[Target], kinds: Kinds) -> str:
    """A pattern that binds ``?this`` to every node of the targets."""
    parts: list[str] = []
    for target in targets:
        match target.kind:
            case "class":
                parts += [f"?this a <{kind}> ." for kind in kinds(target.term.value)]
            case "node":
                parts.append(f"VALUES ?this {{ {written(target.term)} }}")
            case "subjects":
                parts.append(f"?this <{target.term.value}> ?target .")
            case _:
                parts.append(f"?target <{target.term.value}> ?this .")
    return parts[0] if len(parts) == 1 else " UNION ".join(f"{{ {part} }}" for part in parts)


def _picks_once(targets: Sequence[Target], kinds: Kinds) -> bool:
    """Whether the target pattern matches each node once, so that it multiplies no solutions."""
    (first, *others) = targets
    return not others and (
        first.kind == "node" or (first.kind == "class" and len(kinds(first.term.value)) == 1)
    )


def whole_query(check: Check, kinds: Kinds, *, in_records: bool) -> str:
    """The query for all nodes that break a check."""
    implied = check.distinct and check.targets_implied
    focus = "" if implied else target_pattern(check.targets, kinds)
    if not check.distinct and not _picks_once(check.targets, kinds):
        focus = f"{{ SELECT DISTINCT ?this WHERE {{ {focus} }} }}"
    return _query(check, f"{focus} {check.reach}{check.pattern}", in_records=in_records)


def focus_query(check: Check, nodes: Sequence[Iri], *, in_records: bool) -> str:
    """The query for those of some target nodes that break a check."""
    values = f"VALUES ?this {{ {' '.join(f'<{node}>' for node in nodes)} }}"
    return _query(check, f"{values} {check.reach}{check.pattern}", in_records=in_records)


def _query(check: Check, pattern: str, *, in_records: bool) -> str:
    columns = [check.focus, *([check.value] if check.value else []), *check.columns, *check.way]
    text = " ".join(dict.fromkeys(columns))
    word = "DISTINCT " if check.distinct else ""
    if in_records:
        return (
            f"{check.prologue}SELECT {word}?record {text} WHERE {{ GRAPH ?record {{ {pattern} }} }}"
        )
    return f"{check.prologue}SELECT {word}{text} WHERE {{ {pattern} }}"
