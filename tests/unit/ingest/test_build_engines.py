"""A build is the same on every engine, goes on where it was killed, and says what is wrong."""

from __future__ import annotations

import errno
import logging
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from killed_builds import kill_build
from waiting import wait_until

from benchmarks.hub.structure import Hub
from benchmarks.hub_generate import generate
from provenance_graph.assessment.derived import EvidenceLevels
from provenance_graph.core.errors import RecordError, StoreBusy, StoreError, UsageError
from provenance_graph.ingest.build import STAGING, build
from provenance_graph.ingest.bulk.spark import SparkEngine, master
from provenance_graph.store.embedded import EmbeddedStore
from provenance_graph.store.processes import LocalEngine

DAY = "2026-06-01"


def content(where: Path) -> list[bytes]:
    with EmbeddedStore.open(where) as store:
        return sorted(store.dump().splitlines())


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("hub")
    generate(Hub(60, 1), out, shard=20)
    return out / "data"


def made(data: Path, where: Path, **further: object) -> list[bytes]:
    build(data, where, derive=EvidenceLevels(), day=DAY, fresh=True, **further)  # type: ignore[arg-type]
    return content(where)


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the stores that tests copy: ``whole`` and ``small``."""
    return tmp_path_factory.mktemp("built")


@pytest.fixture(scope="module")
def whole(hub: Path, built: Path) -> list[bytes]:
    """What one plain build makes of the data."""
    return made(hub, built / "whole")


@pytest.fixture(scope="module")
def small(hub: Path, built: Path) -> list[bytes]:
    """What a build makes of one file of the data."""
    first = sorted((hub / "records" / "registry").glob("*.trig"))[0]
    (built / "data" / "records").mkdir(parents=True)
    shutil.copy(first, built / "data" / "records" / "one.trig")
    return made(built / "data", built / "small")


def test_many_small_parts_in_processes_make_the_same_store(
    hub, whole, tmp_path, monkeypatch
) -> None:
    monkeypatch.setattr("provenance_graph.ingest.bulk.parts.PART_BYTES", 50_000)
    monkeypatch.setattr("provenance_graph.ingest.bulk.pipeline.BUCKET_CLAIMS", 500)
    monkeypatch.setattr("provenance_graph.ingest.bulk.keys.BLOCK_ROWS", 25)
    assert made(hub, tmp_path / "parts", engine=LocalEngine(2)) == whole


def test_a_build_goes_on_with_the_stages_that_are_done(hub, whole, tmp_path, monkeypatch) -> None:
    monkeypatch.setattr("provenance_graph.ingest.bulk.parts.PART_BYTES", 50_000)
    stages: list[str] = []

    def stopped(what: str):
        stages.append(what)
        if what == "bytes loaded" and stages.count(what) == 1:
            raise KeyboardInterrupt
        return lambda _done, _total: None

    with pytest.raises(KeyboardInterrupt):
        made(hub, tmp_path / "again", watch=stopped)
    stages_left = (tmp_path / "again" / STAGING).glob("*/part-*/claims.parquet")
    kept = {path.parent.name: path.stat().st_mtime_ns for path in stages_left}
    assert kept
    assert made(hub, tmp_path / "again", watch=stopped) == whole
    assert not (tmp_path / "again" / STAGING).exists()


def test_a_build_beside_another_is_refused_and_takes_nothing_from_it(hub, whole, tmp_path) -> None:
    refused: list[str] = []

    def another(what: str):
        if what == "parts distributed":
            with pytest.raises(StoreBusy) as busy:
                made(hub, tmp_path / "store")
            refused.append(str(busy.value))
        return lambda _done, _total: None

    assert made(hub, tmp_path / "store", watch=another) == whole
    assert len(refused) == 1
    assert f"process {os.getpid()} is writing" in refused[0]


def test_a_full_disk_is_told_and_leaves_the_old_store(
    hub, built, whole, tmp_path, monkeypatch
) -> None:
    shutil.copytree(built / "whole", tmp_path / "store")

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr("provenance_graph.ingest.build.compile_parts", full)
        with pytest.raises(StoreError, match="nothing was built: No space left"):
            made(hub, tmp_path / "store")
    assert content(tmp_path / "store") == whole
    assert made(hub, tmp_path / "store") == whole


def halfway(hub: Path, where: Path) -> None:
    """A build that is stopped once its parts are read."""

    def stopped(what: str):
        if what == "parts distributed":
            raise KeyboardInterrupt
        return lambda _done, _total: None

    with pytest.raises(KeyboardInterrupt):
        made(hub, where, watch=stopped)


def test_a_damaged_part_of_an_earlier_build_is_told_and_made_anew(
    hub, whole, tmp_path, caplog
) -> None:
    halfway(hub, tmp_path / "again")
    (claims,) = (tmp_path / "again" / STAGING).glob("*/part-00000/claims.parquet")
    with claims.open("r+b") as file:  # a few bytes of a value: as Parquet it can still be read
        file.seek(200)
        file.write(b"xxxx")
    with caplog.at_level(logging.WARNING):
        assert made(hub, tmp_path / "again") == whole
    assert "claims.parquet was changed after it was written and is rebuilt" in caplog.text


def test_a_stage_that_is_damaged_meanwhile_is_told(hub, whole, tmp_path) -> None:
    def damaged(what: str):
        if what == "parts distributed":
            (claims,) = (tmp_path / "again" / STAGING).glob("*/part-00000/claims.parquet")
            os.truncate(claims, claims.stat().st_size // 2)
        return lambda _done, _total: None

    with pytest.raises(StoreError, match="a file of the stages is damaged"):
        made(hub, tmp_path / "again", watch=damaged)
    assert made(hub, tmp_path / "again") == whole


@pytest.mark.parametrize("stage", ["parts read", "groups of subjects resolved", "bytes loaded"])
def test_killed_in_any_stage_the_old_store_answers_and_the_next_build_is_whole(
    hub, built, whole, small, tmp_path, stage
) -> None:
    where = shutil.copytree(built / "small", tmp_path / "store")
    kill_build(hub, where, stage, day=DAY, levels=True)
    assert content(where) == small
    assert made(hub, where) == whole


ORPHANS = """
import os, sys, time
from provenance_graph.store.processes import LocalEngine

def pid(seconds):
    time.sleep(seconds)
    return os.getpid()

if __name__ == "__main__":
    engine = LocalEngine(2)
    print(*engine.run(pid, [0.2] * 4), flush=True)
    time.sleep(600)  # until it is killed
"""


def test_the_processes_of_a_build_end_with_it(tmp_path) -> None:
    script = tmp_path / "orphans.py"
    script.write_text(ORPHANS)
    with subprocess.Popen([sys.executable, str(script)], stdout=subprocess.PIPE, text=True) as run:
        assert run.stdout is not None
        workers = {int(one) for one in run.stdout.readline().split()}
        run.kill()
    assert workers
    wait_until(
        lambda: not any(Path(f"/proc/{worker}").exists() for worker in workers),
        "the end of the processes of a build",
    )


def test_a_record_in_two_files_is_refused_with_both(hub, tmp_path) -> None:
    data = tmp_path / "data"
    shutil.copytree(hub, data)
    first = sorted((data / "records" / "registry").glob("*.trig"))[0]
    shutil.copy(first, first.with_name("again.trig"))
    with pytest.raises(RecordError, match=r"occurs also in"):
        made(data, tmp_path / "store")


@pytest.mark.parametrize("name", ["sparks", "spark:", "spark:local", "spark://", "spark://host"])
def test_what_is_no_engine_is_refused_with_those_there_are(name) -> None:
    with pytest.raises(UsageError, match="local, spark, spark:local"):
        master(name)


@pytest.fixture
def spark_here() -> None:
    pytest.importorskip("pyspark")
    if shutil.which("java") is None:
        pytest.skip("Spark needs Java")


@pytest.mark.usefixtures("spark_here")
def test_spark_makes_the_same_store_of_a_thousand_models(tmp_path, monkeypatch) -> None:
    monkeypatch.setattr("provenance_graph.ingest.bulk.parts.PART_BYTES", 2_000_000)
    generate(Hub(1000, 1), tmp_path / "hub", shard=400)
    data = tmp_path / "hub" / "data"
    whole = made(data, tmp_path / "whole")
    assert made(data, tmp_path / "spark", engine=SparkEngine("spark:local[2]")) == whole


@pytest.mark.usefixtures("spark_here")
def test_a_stage_that_spark_gives_up_leaves_the_store_as_it_was(
    hub, whole, built, tmp_path, monkeypatch
) -> None:
    shutil.copytree(built / "whole", tmp_path / "store")
    broken = tmp_path / "python"
    broken.write_text("#!/bin/sh\nexit 3\n")
    broken.chmod(0o755)
    with monkeypatch.context() as patched:
        patched.setenv("PYSPARK_PYTHON", str(broken))
        with pytest.raises(StoreError, match=r"Spark gave up a stage: .*pyspark\.daemon") as told:
            made(hub, tmp_path / "store", engine=SparkEngine("spark:local[1]"))
    assert " at " not in str(told.value)
    assert content(tmp_path / "store") == whole
    assert made(hub, tmp_path / "store") == whole
