"""Check the examples of ``docs/deploy``: container file, unit, settings, proxy examples.

    python tools/check_deploy.py [--build]

The unit is verified by ``systemd-analyze`` where that is present, the container file is built with
``--build`` where an engine runs, and otherwise read line by line. Exits 1 on a finding.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from provenance_graph.core.errors import UsageError
from provenance_graph.service import settings

ROOT = Path(__file__).parents[1]
DEPLOY = ROOT / "docs" / "deploy"
_KNOWN = frozenset({"FROM", "COPY", "RUN", "USER", "ENV", "VOLUME", "EXPOSE", "HEALTHCHECK", "CMD"})
_BINARY = "/opt/provenance-graph/bin/provenance-graph"
_FORWARDED = ("X-Forwarded-For", "X-Forwarded-Proto")


def containerfile(text: str) -> Iterator[str]:
    """Yield findings of a container file, read without an engine."""
    lines = [line for line in text.splitlines() if line.strip() and not line.startswith("#")]
    stages = {match[1] for line in lines if (match := re.match(r"FROM \S+ AS (\S+)", line))}
    for line in lines:
        word, _, rest = line.partition(" ")
        if word not in _KNOWN:
            yield f"Containerfile: {word} is no instruction that is used here"
        if word == "FROM" and not re.fullmatch(r"[\w./-]+:[\w.-]+(?: AS \w+)?", rest):
            yield f"Containerfile: {rest!r} names no version of its image"
        stage = re.match(r"--from=(\S+)", rest) if word == "COPY" else None
        if stage and stage[1] not in stages:
            yield f"Containerfile: there is no stage {stage[1]!r}"
        if word == "COPY" and not stage and not (ROOT / rest.split()[0]).exists():
            yield f"Containerfile: {rest.split()[0]} is not there to be copied"
    users = [line.split()[1] for line in lines if line.startswith("USER ")]
    if not users or users[-1] in ("root", "0"):
        yield "Containerfile: it runs as root"


def unit(text: str) -> Iterator[str]:
    """Yield findings of the systemd unit, by systemd's own checker where it is present."""
    command = next((line for line in text.splitlines() if line.startswith("ExecStart=")), "")
    if _BINARY not in command:
        yield f"unit: ExecStart does not start {_BINARY}"
    checker = shutil.which("systemd-analyze")
    if checker is None:
        sys.stderr.write("systemd-analyze is not here; the unit was only read\n")
        return
    with tempfile.TemporaryDirectory() as folder:
        # The checker also looks for the program, which is not installed here.
        file = Path(folder) / "provenance-graph.service"
        file.write_text(text.replace(_BINARY, shutil.which("true") or "/bin/true"))
        done = subprocess.run(  # noqa: S603 - our own words
            [checker, "verify", "--man=no", str(file)], capture_output=True, text=True, check=False
        )
    reported = [line for line in done.stderr.splitlines() if file.name in line]
    yield from (f"unit: {line}" for line in reported)
    if done.returncode and not reported:
        yield f"unit: systemd-analyze ended with {done.returncode}: {done.stderr[:300]}"


def toml(file: Path) -> Iterator[str]:
    """Yield findings of an example settings file."""
    try:
        settings.load({}, file, {})
    except UsageError as error:
        yield str(error)


def proxy(file: Path) -> Iterator[str]:
    """Yield findings of a proxy example: it must forward the client's address and not buffer."""
    text = file.read_text()
    if file.suffix == ".conf":
        yield from (f"{file.name}: {name} is not set" for name in _FORWARDED if name not in text)
        if "proxy_buffering off" not in text:
            yield f"{file.name}: answers are buffered, so that a broken one looks whole"
    if "127.0.0.1:8000" not in text:
        yield f"{file.name}: it does not lead to the service"


def build() -> Iterator[str]:
    """Yield findings of building the image, where a container engine runs."""
    engine = shutil.which("podman") or shutil.which("docker")
    if engine is None or _fails([engine, "info"]):
        sys.stderr.write("no container engine runs here; the container file was only read\n")
        return
    file = str(DEPLOY / "Containerfile")
    if _fails([engine, "build", "-t", "provenance-graph:check", "-f", file, str(ROOT)]):
        yield "Containerfile: it cannot be built (see above)"


def _fails(command: list[str]) -> bool:
    return subprocess.run(command, check=False).returncode != 0  # noqa: S603 - our own words


def findings() -> list[str]:
    """All findings of the examples, without building the image."""
    results = [*containerfile((DEPLOY / "Containerfile").read_text())]
    results += unit((DEPLOY / "provenance-graph.service").read_text())
    results += toml(DEPLOY / "provenance-graph.toml")
    for file in (DEPLOY / "nginx.conf", DEPLOY / "Caddyfile"):
        results += proxy(file)
    return results


def main() -> int:
    """Print the findings; exits 1 where there are any."""
    result = findings() + (list(build()) if "--build" in sys.argv[1:] else [])
    for line in result:
        sys.stdout.write(line + "\n")
    sys.stdout.write(f"{len(result)} findings\n")
    return 1 if result else 0


if __name__ == "__main__":
    sys.exit(main())
