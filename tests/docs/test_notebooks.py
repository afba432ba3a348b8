"""The notebooks run from the first cell to the last, against the shipped data."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
NOTEBOOKS = sorted((ROOT / "docs" / "notebooks").glob("*.ipynb"))


def test_there_are_five() -> None:
    assert len(NOTEBOOKS) == 5


@pytest.fixture(scope="module")
def kernel(shipped: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Any, Path]]:
    """One kernel for all notebooks and the folder it runs in, with a graph in ``var/graph``.

    To start one costs more than what a notebook does in it.
    """
    pytest.importorskip("ipykernel")
    manager = pytest.importorskip("jupyter_client").AsyncKernelManager(kernel_name="python3")
    place = tmp_path_factory.mktemp("notebooks")
    (place / "var").mkdir()
    (place / "var" / "graph").symlink_to(shipped)
    yield manager, place
    pytest.importorskip("jupyter_core.utils").run_sync(manager.shutdown_kernel)(now=True)


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_runs(path: Path, kernel: tuple[Any, Path]) -> None:
    nbclient, nbformat = pytest.importorskip("nbclient"), pytest.importorskip("nbformat")
    manager, place = kernel
    notebook = nbformat.read(path, as_version=4)
    first = next(cell for cell in notebook.cells if cell["cell_type"] == "code")
    first["source"] = f"%reset -f\n{first['source']}"  # no name that another notebook made is left
    client = nbclient.NotebookClient(
        notebook, km=manager, timeout=600, resources={"metadata": {"path": str(place)}}
    )
    client.execute()
    client.kc.stop_channels()
    outputs = [output for cell in notebook.cells for output in cell.get("outputs", ())]
    assert outputs
    assert not any(output["output_type"] == "error" for output in outputs)


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_is_kept_without_its_output(path: Path) -> None:
    nbformat = pytest.importorskip("nbformat")
    for cell in nbformat.read(path, as_version=4).cells:
        assert not cell.get("outputs")
        assert cell.get("execution_count") is None


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_without_the_extra_names_what_to_install(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "pandas", None)  # as where it is not installed
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    first = next("".join(cell["source"]) for cell in cells if cell["cell_type"] == "code")
    imports = first.partition("Graph.open")[0].rpartition("\n")[0]
    with pytest.raises(
        ImportError, match=r"needs pandas: pip install 'provenance-graph\[notebooks\]'"
    ):
        exec(imports, {})
