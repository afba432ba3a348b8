"""The shipped records come from the sources byte for byte, and the rule's rows from the records."""

from __future__ import annotations

from pathlib import Path
from shutil import copytree

from shared import SHARED, needs_shared

from provenance_graph.core.resources import folder
from provenance_graph.formats.registry import readers
from provenance_graph.ingest.identify import decide
from provenance_graph.ingest.shipped import IDENTITY
from provenance_graph.matching.review_file import rewrite
from tools import regenerate


@needs_shared
def test_the_records_are_written_again_byte_for_byte(tmp_path: Path) -> None:
    assert SHARED is not None
    data = folder("data")
    listed = regenerate.sources(data / "sources.toml")
    into = tmp_path / "records"
    (tmp_path / IDENTITY).write_bytes((data / IDENTITY).read_bytes())  # which names are one
    counts = regenerate.regenerate(
        SHARED / "sources", listed, readers(), into, lambda _name, _problem: None
    )
    written = {path.relative_to(into): path.read_bytes() for path in into.rglob("*.trig")}
    shipped = {
        path.relative_to(data / "records"): path.read_bytes()
        for source in counts
        for path in (data / "records" / source).glob("*.trig")
    }
    differing = sorted(
        str(path)
        for path in written.keys() | shipped.keys()
        if written.get(path) != shipped.get(path)
    )
    assert differing == [], "provenance-graph records FOLDER, then look at the changes"


def test_the_rule_s_rows_are_those_that_the_records_lead_to() -> None:
    data = folder("data")
    text = (data / IDENTITY).read_text(encoding="utf-8")
    assert rewrite(text, decide(data).mappings) == text, "provenance-graph identify"


def test_the_shipped_data_stay_small() -> None:
    size = sum(path.stat().st_size for path in folder("data").rglob("*") if path.is_file())
    assert size < 18 << 20


def test_stamping_the_records_kept_by_hand_changes_no_byte(tmp_path: Path) -> None:
    """What sources.toml says of records kept by hand is what they say of themselves."""
    data = folder("data")
    into = Path(copytree(data / "records", tmp_path / "records"))
    entries = regenerate.hand_written(data / "sources.toml")
    regenerate.stamp_hand_written(entries, into)
    differing = [
        str(path.relative_to(into))
        for name in sorted({entry.into for entry in entries})
        for path in sorted((into / name).glob("*.trig"))
        if path.read_bytes() != (data / "records" / path.relative_to(into)).read_bytes()
    ]
    assert differing == []
