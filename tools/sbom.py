"""The bill of materials of this software, and a signature over it and the wheels.

    python -m tools.sbom -o dist/provenance-graph.cdx.json [--key key.pem] [dist/*.whl]

CycloneDX 1.6 with every distribution that the installed package needs, its version, licence and
package URL. With a key, ``FILE.intoto.json`` is a DSSE envelope over an in-toto statement of the
digests, signed as bundles are. The time is ``SOURCE_DATE_EPOCH``, else omitted, so that the same
environment gives the same bytes.
"""

from __future__ import annotations

import argparse
import base64
import hashlib
import json
import os
from collections.abc import Iterator
from datetime import UTC, datetime
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path

from packageurl import PackageURL
from packaging.requirements import Requirement

from provenance_graph.formats.bundles import envelope
from provenance_graph.formats.bundles.envelope import BundleFile
from provenance_graph.formats.bundles.keys import PublicKey, private_key

NAME = "provenance-graph"
PREDICATE = "https://slsa.dev/verification_summary/v1"


def needed(name: str, extras: frozenset[str] = frozenset()) -> Iterator[tuple[str, Requirement]]:
    """Yield the requirements of a distribution in this environment, with the given extras."""
    for text in distribution(name).requires or ():
        requirement = Requirement(text)
        marker = requirement.marker
        if marker is None or any(marker.evaluate({"extra": e}) for e in ("", *extras)):
            yield requirement.name, requirement


def closure(root: str) -> dict[str, list[str]]:
    """Every distribution reachable from one, with its requirements, by normalised name."""
    edges: dict[str, list[str]] = {}
    waiting: list[tuple[str, frozenset[str]]] = [(root, frozenset())]
    while waiting:
        name, extras = waiting.pop()
        key = _normal(name)
        if key in edges and not extras:
            continue
        try:
            wanted = list(needed(name, extras))
        except PackageNotFoundError:
            continue
        edges[key] = sorted({*edges.get(key, ()), *(_normal(one) for one, _ in wanted)})
        waiting += [
            (one, frozenset(requirement.extras))
            for one, requirement in wanted
            if _normal(one) not in edges
        ]
    return edges


def _normal(name: str) -> str:
    return name.lower().replace("_", "-").replace(".", "-")


def component(result: Distribution) -> dict[str, object]:
    """A distribution as a CycloneDX component."""
    name, version = _normal(result.metadata["Name"]), result.version
    stated = result.metadata.json
    expression = str(stated.get("license_expression") or "")
    licence = expression or str(stated.get("license") or "")
    purl = PackageURL("pypi", None, name, version).to_string()
    made: dict[str, object] = {
        "type": "application" if name == NAME else "library",
        "bom-ref": purl,
        "name": name,
        "version": version,
        "purl": purl,
    }
    first = licence.strip().splitlines()[0][:120] if licence.strip() else ""
    if first:
        made["licenses"] = [{"expression": first} if expression else {"license": {"name": first}}]
    return made


def sbom(root: str = NAME) -> str:
    """The bill of materials as JSON; the same environment gives the same bytes."""
    edges = closure(root)
    parts = {}
    for name in sorted(edges):
        parts[name] = component(distribution(name))
    refs = {name: str(part["bom-ref"]) for name, part in parts.items()}
    metadata: dict[str, object] = {"component": parts[root]}
    if epoch := os.environ.get("SOURCE_DATE_EPOCH", ""):
        metadata["timestamp"] = datetime.fromtimestamp(int(epoch), UTC).isoformat()
    bom = {
        "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": metadata,
        "components": [parts[name] for name in parts if name != root],
        "dependencies": [
            {"ref": refs[name], "dependsOn": [refs[n] for n in edges[name] if n in refs]}
            for name in parts
        ],
    }
    return json.dumps(bom, indent=2, ensure_ascii=False) + "\n"


def signed(files: list[Path], key: Path) -> str:
    """A DSSE envelope over an in-toto statement of the files' digests."""
    statement = {
        "_type": envelope.STATEMENT_TYPE,
        "subject": [
            {"name": f.name, "digest": {"sha256": hashlib.sha256(f.read_bytes()).hexdigest()}}
            for f in files
        ],
        "predicateType": PREDICATE,
        "predicate": {"software": NAME},
    }
    payload = json.dumps(statement, separators=(",", ":")).encode()
    signing = private_key(key, os.environ.get("PROVENANCE_GRAPH_KEY_PASSWORD", ""))
    message = BundleFile(payload, statement, (), "", {}).message
    made = {
        "payloadType": envelope.PAYLOAD_TYPE,
        "payload": base64.b64encode(payload).decode(),
        "signatures": [
            {
                "keyid": PublicKey(signing.public_key()).id,
                "sig": base64.b64encode(signing.sign(message)).decode(),
            }
        ],
    }
    return json.dumps(made, indent=1) + "\n"


def main() -> None:
    """Write the bill of materials, and where a key is given the signature."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("-o", "--output", type=Path, required=True)
    asked.add_argument("--key", type=Path, help="Sign it, and the wheels, with this Ed25519 key.")
    asked.add_argument("files", nargs="*", type=Path, help="Files to sign as well.")
    given = asked.parse_args()
    given.output.parent.mkdir(parents=True, exist_ok=True)
    given.output.write_text(sbom(), encoding="utf-8")
    if given.key:
        where = given.output.with_name(f"{given.output.name}.intoto.json")
        where.write_text(signed([given.output, *given.files], given.key), encoding="utf-8")


if __name__ == "__main__":
    main()
