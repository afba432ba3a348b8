"""Runs the stages of a build on Apache Spark, with the same functions as on one machine.

Spark only distributes tasks: each reads and writes files below the build's folder, which every
worker must reach under the same path. ``pip install provenance-graph[spark]`` installs PySpark;
Java 17 is required.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any, Final, Self, TypeVar

from provenance_graph.core.errors import StoreError, UsageError
from provenance_graph.store.processes import without_collection

T = TypeVar("T")
R = TypeVar("R")

_TRIES = 4
"""Attempts for a task whose worker is lost, on one machine; a cluster has its own setting."""

_ENGINE = re.compile(r"spark(?::(local\[(?:\d+|\*)\])|(://[^/\s]+:\d+))?")


def master(engine: str) -> str:
    """Parse the name of an engine to the address of a Spark master; raises UsageError.

    >>> master("spark"), master("spark:local[2]"), master("spark://head:7077")
    ('local[*]', 'local[2]', 'spark://head:7077')
    """
    match = _ENGINE.fullmatch(engine)
    if match is None:
        raise UsageError(
            f"{engine!r} is not an engine: use local, spark, spark:local[N] or spark://HOST:PORT"
        )
    return match[1] or (f"spark{match[2]}" if match[2] else "local[*]")


class SparkEngine:
    """Runs the tasks of a stage on Spark; raises StoreError if Spark cannot be started."""

    def __init__(self, engine: str) -> None:
        address = master(engine)
        try:
            from py4j.protocol import Py4JError
            from pyspark.errors import PySparkException
            from pyspark.sql import SparkSession
        except ImportError as error:
            raise UsageError("this needs PySpark: pip install 'provenance-graph[spark]'") from error
        os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
        builder = (
            SparkSession.builder.master(address.replace("]", f",{_TRIES}]"))
            .appName("provenance-graph build")
            .config("spark.ui.enabled", "false")
            .config("spark.ui.showConsoleProgress", "false")
            .config("spark.executorEnv.POLARS_MAX_THREADS", "1")
            .config("spark.executorEnv.PYTHONPATH", os.environ.get("PYTHONPATH", ""))
        )
        if address.startswith("local"):
            builder = builder.config("spark.driver.bindAddress", "127.0.0.1").config(
                "spark.driver.host", "127.0.0.1"
            )
        try:
            self._session: Any = builder.getOrCreate()
        except (Py4JError, PySparkException, OSError) as error:
            raise StoreError(f"Spark at {address} cannot be started: {error}") from error
        self._session.sparkContext.setLogLevel("ERROR")

    def run(self, function: Callable[[T], R], tasks: Sequence[T]) -> Iterator[R]:
        """Yield the results of a stage's tasks; Spark repeats a task whose worker is lost.

        Raises StoreError if Spark gives up.
        """
        if not tasks:
            return
        from py4j.protocol import Py4JJavaError

        spread = self._session.sparkContext.parallelize(list(tasks), len(tasks))
        try:
            yield from spread.map(partial(without_collection, function)).collect()
        except Py4JJavaError as error:
            raise StoreError(f"Spark gave up a stage: {_cause(str(error))}") from error

    def rest(self) -> None:
        """Do nothing: Spark releases idle workers itself."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *failure: object) -> None:
        self._session.stop()


_RAISED: Final = re.compile(r"[\w.$]*(?:Error|Exception)\b: *\S")
"""Matches a trace line that begins with the name of an exception and its message."""


def _cause(text: str) -> str:
    r"""The line of a Java trace that tells what a task raised, not where in Spark it passed.

    >>> _cause("x.SparkException: Job aborted\n  at o.SparkErrorUtils.call\nCaused by: ValueError: no")
    'ValueError: no'
    """
    lines = [line.strip(" \t:").removeprefix("Caused by: ") for line in text.splitlines()]
    raised = [line for line in lines if _RAISED.match(line)]
    return raised[-1] if raised else text[:300]
