"""A client generated from ``web/openapi.json`` calls every route of a running service.

    python benchmarks/check_client.py URL [--generator PROGRAM] [--out FILE]

PROGRAM is ``openapi-python-client``, which is no dependency of this package. Writes are called
without a token and must be refused; every other route must answer, and the generated classes must
parse the answer.
"""

from __future__ import annotations

import argparse
import importlib
import inspect
import json
import pkgutil
import re
import subprocess
import sys
import tempfile
import urllib.request
from io import BytesIO
from pathlib import Path
from types import ModuleType
from typing import Any

DESCRIPTION = Path(__file__).parents[1] / "web" / "openapi.json"
MODEL = "openai/gpt-oss-20b"
SAMPLES: dict[str, Any] = {
    "name": MODEL,
    "model": [MODEL, "openai/gpt-oss-120b"],
    "thing": MODEL,
    "node": MODEL,
    "start": MODEL,
    "end": "openai/gpt-oss-120b",
    "q": "llama",
    "text": "apache-2.0",
    "id": "model-card",
    "id_": "model-card",
    "question": "upstream",
    "format_": "spdx3",
    "query": "ASK {}",
    "graph": "https://w3id.org/provenance-graph/id/graph/assessment",
}
"""An argument for each required parameter."""
LISTED = ("datasets", "organizations", "licences", "families", "benchmarks", "sources", "records")
"""Lists whose first item gives the argument of the routes below them."""
BODIES: dict[str, dict[str, Any]] = {
    "sparql_post": {"query": "ASK {}"},
    "update": {"update": "DELETE WHERE { GRAPH <urn:nothing> { ?s ?p ?o } }"},
    "flag": {"claim": "urn:nothing", "why": "called without a token"},
    "decide": {"name": "urn:a", "mayBe": "urn:b", "decision": "accept", "reason": "the same"},
    "batch_reconcile": {"queries": json.dumps({"q0": {"query": "llama"}})},
    "matched": {
        "queries": [{"conditions": [{"matchType": "name", "propertyValue": "gpt-oss-20b"}]}]
    },
    "extended": {"ids": [f"model/{MODEL}"], "properties": [{"id": "contextLength"}]},
}
WRITES = ("update", "graph_put", "graph_post", "graph_patch", "graph_delete", "flag", "decide")


def generated(program: str, folder: Path) -> ModuleType:
    """The package that the generator makes from the OpenAPI document."""
    target = folder / "made"
    command = [program, "generate", "--path", str(DESCRIPTION), "--meta", "none"]
    subprocess.run(
        [*command, "--output-path", str(target)], check=True, cwd=folder, capture_output=True
    )
    sys.path.insert(0, str(folder))
    return importlib.import_module("made")


def operations(package: ModuleType) -> list[ModuleType]:
    """The modules of the client that call one route each."""
    api = importlib.import_module(f"{package.__name__}.api")
    walked = pkgutil.walk_packages(api.__path__, f"{api.__name__}.")
    modules = [importlib.import_module(one.name) for one in walked if not one.ispkg]
    return [module for module in modules if hasattr(module, "sync_detailed")]


def first_of(url: str) -> dict[str, str]:
    """The name of the first item of each list, as used in paths below the list."""
    names = {}
    for kind in LISTED:
        with urllib.request.urlopen(f"{url}/api/v1/{kind}?limit=1") as reply:
            iri = json.load(reply)["items"][0]["iri"]
        place = {"sources": "collection", "records": "record", "organizations": "organization"}
        below = f"https://w3id.org/provenance-graph/id/{place.get(kind, kind)}/"
        names[kind] = str(iri).removeprefix(below)
    return names


def arguments_of(module: ModuleType, package: ModuleType, first: dict[str, str]) -> dict[str, Any]:
    """The arguments for calling an operation: a sample for each required parameter."""
    name = module.__name__.rsplit(".", 1)[-1]
    samples = dict(SAMPLES)
    _, _, path = name.partition("api_v1_")
    if (kind := path.partition("_")[0]) in first:
        samples["name"] = first[kind]
    elif path.startswith("entities"):
        samples["name"] = f"model/{MODEL}"
    elif path.startswith("report"):
        samples["model"] = MODEL
    elif "reconcile" in name:
        samples |= dict.fromkeys(("id", "id_"), f"model/{MODEL}")
    given = {}
    for parameter in inspect.signature(module.sync_detailed).parameters.values():
        if parameter.name == "body":
            given["body"] = _body(name, parameter, package)
        elif parameter.name != "client" and parameter.default is inspect.Parameter.empty:
            given[parameter.name] = samples[parameter.name]
    if name == "sparql_get":
        given["query"] = "ASK {}"
    if name == "graph_get":
        given["graph"] = samples["graph"]
    return given


def _body(name: str, parameter: inspect.Parameter, package: ModuleType) -> Any:
    text = str(parameter.annotation)
    if "File" in text:
        types = importlib.import_module(f"{package.__name__}.types")
        return types.File(
            payload=BytesIO(b"---\nlicense: mit\n---\n# A card\n"), file_name="README.md"
        )
    models = importlib.import_module(f"{package.__name__}.models")
    fields = next((body for part, body in BODIES.items() if name.startswith(part)), {})
    kinds = [
        getattr(models, word) for word in re.findall(r"[A-Z]\w+", text) if hasattr(models, word)
    ]
    return kinds[0].from_dict(fields) if kinds else next(iter(fields.values()), "ASK {}")


def main() -> int:
    """Call every operation; print the results; exits 1 where one fails."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("url")
    parser.add_argument("--generator", default="openapi-python-client")
    parser.add_argument("--out", type=Path)
    given = parser.parse_args()
    results: dict[str, str] = {}
    wrong = []
    with tempfile.TemporaryDirectory() as folder:
        package = generated(given.generator, Path(folder))
        client = package.Client(base_url=given.url, timeout=60.0)
        first = first_of(given.url)
        for module in operations(package):
            name = module.__name__.rsplit(".", 1)[-1]
            try:
                reply = module.sync_detailed(client=client, **arguments_of(module, package, first))
                results[name] = str(int(reply.status_code))
            except Exception as error:  # noqa: BLE001 - whatever the generated code raises is the result
                results[name] = f"{type(error).__name__}: {error}"[:200]
            writes = name.startswith(WRITES)
            expected = ("401", "403", "400", "422") if writes else ("200", "303", "304")
            if results[name] not in expected:
                wrong.append(name)
                print(f"{name}: {results[name]}")
    print(f"{len(results)} routes called, {len(results) - len(wrong)} as expected")
    if given.out:
        given.out.write_text(json.dumps(results, indent=1, sort_keys=True) + "\n", "utf-8")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
