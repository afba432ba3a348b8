"""The manual as a site: the pages of docs/, and a reference generated from the software itself.

    python tools/manual.py [--check] [OUT]

Without OUT it is written where ``serve`` shows it at ``/manual/``. It fails, naming each, on a
command, option, route, setting, question, rule, rubric or term without a description.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import logging
import re
import shutil
import sys
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, fields
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))  # run as a script, from anywhere
OUT = ROOT / "src" / "provenance_graph" / "service" / "manual"
STAMP = ".stamp"
_PG = "https://w3id.org/provenance-graph/ns#"


@dataclass(frozen=True, slots=True)
class Entry:
    """One public name: its kind, its description, and its text in the reference."""

    kind: str
    name: str
    described: str
    shown: str = ""


# ---- what is public ------------------------------------------------------------------------


def commands() -> Iterator[Entry]:
    """Yield every command and each of its options."""
    import click

    from provenance_graph import cli

    context = cli.app.make_context("provenance-graph", ["help"], resilient_parsing=True)

    def walk(command: click.Command, name: str, parent: click.Context) -> Iterator[Entry]:
        inner = click.Context(command, info_name=name.rpartition(" ")[2], parent=parent)
        yield Entry("command", name, command.help or "")
        for parameter in command.params:
            if isinstance(parameter, click.Option) and not parameter.hidden:
                described = parameter.help or ("yes" if _plain(parameter) else "")
                yield Entry("option", f"{name} {parameter.opts[0]}", described)
        if isinstance(command, click.Group):
            for child in command.list_commands(inner):
                result = command.get_command(inner, child)
                if result is not None:
                    yield from walk(result, f"{name} {child}", inner)

    for name in cli.app.list_commands(context):
        result = cli.app.get_command(context, name)
        if result is not None:
            yield from walk(result, name, context)


def _plain(option: object) -> bool:
    """Whether an option explains itself: it chooses a format, or an entity by its kind."""
    return getattr(option, "name", "") in ("form", "format")


def routes() -> Iterator[Entry]:
    """Yield every route of the service in its OpenAPI document."""
    from tools.openapi import description

    for path, methods in sorted(json.loads(description())["paths"].items()):
        for method, about in methods.items():
            described = str(about.get("description") or about.get("summary") or "")
            rows = "".join(
                f"| `{p['name']}` | {p['in']} | {_one_line(p.get('description', ''))} |\n"
                for p in about.get("parameters", ())
            )
            table = f"\n| parameter | in | |\n|---|---|---|\n{rows}" if rows else ""
            yield Entry("route", f"{method.upper()} {path}", described, f"{described}\n{table}")


def settings() -> Iterator[Entry]:
    """Yield every setting of the service."""
    from provenance_graph.service.settings import Settings

    for each in fields(Settings):
        yield Entry("setting", each.name, each.metadata["about"])


def questions() -> Iterator[Entry]:
    """Yield every stored question: wording, meaning of an empty answer, parameters."""
    from provenance_graph.model.questions.stored import questions as stored

    for one in stored().values():
        lines = [one.question, ""]
        for p in one.parameters:
            default = f"; default `{p.default}`" if p.default is not None else ""
            lines.append(f"- `{p.name}` ({p.kind}{default}): {p.description}")
        lines += [f"- an answer says: {one.answer}"] if one.answer else []
        lines += [f"- an empty answer means: {one.empty}", "", "```sparql", one.text.strip(), "```"]
        described = one.question if one.empty else ""
        if any(not p.description for p in one.parameters):
            described = ""
        yield Entry("question", one.name, described, "\n".join(lines))


def terms() -> Iterator[Entry]:
    """Yield every term of the ontology: label, definition, example; and each rule on licences."""
    import pyoxigraph as ox

    from provenance_graph.core.resources import ontology_files

    skos = "http://www.w3.org/2004/02/skos/core#"
    stored: dict[str, dict[str, str]] = {}
    homes: set[str] = set()
    for path in ontology_files():
        for quad in ox.parse(path=str(path), format=ox.RdfFormat.TURTLE):
            subject = getattr(quad.subject, "value", "")
            if quad.predicate.value.endswith("#isDefinedBy") and subject.startswith(_PG):
                homes.add(subject)
            if quad.predicate.value.startswith(skos):
                key = quad.predicate.value.removeprefix(skos)
                stored.setdefault(subject, {}).setdefault(key, str(quad.object.value))
    for subject in sorted(homes):
        stated = stored.get(subject, {})
        example = f"\n\nExample: {stated['example']}" if stated.get("example") else ""
        definition = stated.get("definition", "")
        shown = f"**{stated.get('prefLabel', '')}** – {definition}{example}"
        yield Entry("term", f"pg:{subject.removeprefix(_PG)}", definition, shown)


def rules() -> Iterator[Entry]:
    """Yield every rule on licences, with its reason and the remedy for a finding."""
    from provenance_graph.acceptance.snapshot import AcceptedSnapshot
    from provenance_graph.ingest.shipped import reference_quads
    from provenance_graph.licences.rules.rules import RULES
    from provenance_graph.licences.texts.reading import load
    from provenance_graph.store.memory import MemoryStore

    known = load(AcceptedSnapshot(MemoryStore(reference_quads()))).rules
    for key in RULES:
        rule = known.get(key)
        if rule is None:
            yield Entry("rule", key, "")
            continue
        shown = (
            f"**{rule.name}** ({rule.severity}): {rule.what}\n\nWhy: {rule.why}\n\nFix: {rule.fix}"
        )
        yield Entry("rule", key, rule.why and rule.fix, shown)


def rubrics() -> Iterator[Entry]:
    """Yield every assessment scheme."""
    page = (ROOT / "docs" / "rubrics.md").read_text(encoding="utf-8")
    for path in sorted((ROOT / "ontology" / "rubrics").glob("*.ttl")):
        if path.stem not in ("crosswalk", "facets"):
            yield Entry("rubric", path.stem, "yes" if f"`{path.stem}`" in page else "")


EVERY = (commands, routes, settings, questions, rules, rubrics, terms)


def undocumented(entries: Iterable[Entry]) -> list[str]:
    """The names without a description, as ``kind name``."""
    return [f"{one.kind} {one.name}" for one in entries if not one.described.strip()]


# ---- the site ------------------------------------------------------------------------------


def reference(folder: Path, entries: Iterable[Entry]) -> None:
    """Write the generated pages of the reference."""
    listed = list(entries)
    titles = {
        "route": ("routes", "Routes of the service"),
        "question": ("questions", "Stored questions"),
        "rule": ("rules", "Rules on licences"),
        "term": ("terms", "Terms of the ontology"),
    }
    folder.mkdir(parents=True, exist_ok=True)
    for kind, (name, title) in titles.items():
        parts = [f"# {title}", ""]
        for one in listed:
            if one.kind == kind:
                parts += [f"## {one.name}", "", one.shown or one.described, ""]
        (folder / f"{name}.md").write_text("\n".join(parts), encoding="utf-8")
    rows = [f"| `{one.name}` | {one.described} |" for one in listed if one.kind == "setting"]
    page = ["# Settings of the service", "", "| setting | meaning |", "|---|---|", *rows, ""]
    (folder / "settings.md").write_text("\n".join(page), encoding="utf-8")


def staged(folder: Path, entries: Iterable[Entry]) -> None:
    """Copy docs/ and add the files that the site needs beside it."""
    shutil.copytree(ROOT / "docs", folder, dirs_exist_ok=True)
    reference(folder / "reference", entries)
    data = (ROOT / "data" / "README.md").read_text(encoding="utf-8")
    (folder / "data.md").write_text(_links(data, {}), encoding="utf-8")
    for page in folder.rglob("*.md"):
        depth = len(page.relative_to(folder).parts) - 1
        up = "../" * (depth + 1)
        text = page.read_text(encoding="utf-8")
        page.write_text(_links(text, {f"{up}data/README.md": f"{'../' * depth}data.md"}), "utf-8")


def _links(text: str, moved: dict[str, str]) -> str:
    """The text with links to files outside the manual as plain text, and moved ones updated."""

    def change(match: re.Match[str]) -> str:
        target = match[2]
        if target in moved:
            return f"[{match[1]}]({moved[target]})"
        outside = target.startswith("../") and not target.endswith(".md")
        return f"`{match[1].strip('`')}`" if outside or target.endswith("/") else match[0]

    return re.sub(r"(?<!!)\[([^\]\n]+)\]\(([^)#\s]+)(?:#[^)\s]*)?\)", change, text)


def build(out: Path) -> list[str]:
    """Build the site; return the faults: undocumented names, broken links."""
    from mkdocs.commands.build import build as make
    from mkdocs.config import load_config

    entries = [entry for make_ in EVERY for entry in make_()]
    faults = undocumented(entries)
    if faults:
        return faults
    heard = _Heard()
    logging.getLogger("mkdocs").addHandler(heard)
    with tempfile.TemporaryDirectory() as folder:
        docs = Path(folder) / "docs"
        staged(docs, entries)
        config = load_config(
            str(ROOT / "tools" / "mkdocs.yml"),
            docs_dir=str(docs),
            site_dir=str(Path(folder) / "site"),
        )
        make(config)
        if not heard.lines:
            shutil.rmtree(out, ignore_errors=True)
            # the theme's 404 page refers to files at the root of a host, and is never served
            shutil.copytree(Path(folder) / "site", out, ignore=shutil.ignore_patterns("404.html"))
            (out / STAMP).write_text(digest(), encoding="utf-8")
    return heard.lines


class _Heard(logging.Handler):
    """Log handler that collects the site builder's warnings."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(record.getMessage())


def digest() -> str:
    """A digest of the manual's source files."""
    sha256 = hashlib.sha256()
    folders = [ROOT / name for name in ("docs", "ontology", "queries", "src/provenance_graph")]
    for file in sorted(
        path
        for folder in folders
        for path in folder.rglob("*")
        if path.is_file() and path.suffix in (".md", ".ttl", ".rq", ".py", ".toml")
    ):
        sha256.update(file.relative_to(ROOT).as_posix().encode() + b"\0" + file.read_bytes())
    sha256.update((ROOT / "tools" / "mkdocs.yml").read_bytes())
    return sha256.hexdigest()


def _one_line(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


def main() -> int:
    """Build or check; exits 1 where something is not documented."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("out", nargs="?", type=Path, default=OUT)
    asked.add_argument("--check", action="store_true", help="only say what is not documented")
    words = asked.parse_args()
    if words.check:
        faults = undocumented(entry for make_ in EVERY for entry in make_())
    elif (words.out / STAMP).is_file() and (words.out / STAMP).read_text() == digest():
        return 0
    else:
        faults = build(words.out)
    for fault in faults:
        print(f"not documented, or broken: {fault}", file=sys.stderr)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
