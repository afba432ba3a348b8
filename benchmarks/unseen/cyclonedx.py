"""Generated bills of materials from CycloneDX's own JSON schemas, 1.4 to 1.7."""

from __future__ import annotations

import json
from functools import cache
from importlib import resources
from typing import Any

from benchmarks.unseen.values import Maker

VERSIONS = ("1.4", "1.5", "1.6", "1.7")
MAX_DEPTH = 9


@cache
def _schema(version: str) -> Any:
    name = f"bom-{version}.SNAPSHOT.schema.json"
    folder = resources.files("cyclonedx.schema").joinpath("_res")
    return json.loads(folder.joinpath(name).read_text("utf-8"))


class Writer:
    """Makes values of a schema; properties not yet used in any document are preferred."""

    def __init__(self, version: str, maker: Maker, covered: set[tuple[str, str]]) -> None:
        """Prepare one document."""
        self.schema = _schema(version)
        self.maker, self.covered = maker, covered
        self.budget = 260

    def bom(self, version: str) -> dict[str, Any]:
        """A document with a model that has a card, data and other components."""
        whole = self.object(self.schema, "bom", 0)
        whole |= {"bomFormat": "CycloneDX", "specVersion": version}
        whole.pop("$schema", None)
        definitions = self.schema["definitions"]
        model = self.object(definitions["component"], "component", 2)
        model |= {
            "type": "machine-learning-model" if version != "1.4" else "application",
            "name": self.maker.word(),
        }
        if "modelCard" in definitions:
            self.budget += 120
            model["modelCard"] = self.object(definitions["modelCard"], "modelCard", 2)
            data = self.object(definitions["component"], "component", 3)
            data |= {"type": "data", "name": self.maker.word(), "bom-ref": "data-ref"}
            data["data"] = [self.object(definitions["componentData"], "componentData", 3)]
            data["data"][0]["type"] = "dataset"
            whole["components"] = [*whole.get("components", [])[:2], model, data]
        else:
            whole["components"] = [model]
        if self.maker.chance(0.5):
            whole.setdefault("metadata", {})["component"] = whole["components"].pop(0)
        return whole

    def object(self, schema: Any, name: str, depth: int) -> dict[str, Any]:
        """An object with its required properties, and others, unused ones first."""
        result: dict[str, Any] = {}
        properties = schema.get("properties", {})
        required = set(schema.get("required", ()))
        keys = list(properties)
        self.maker.random.shuffle(keys)
        keys.sort(key=lambda key: (name, key) in self.covered)
        for key in keys:
            fresh = (name, key) not in self.covered
            wanted = key in required or fresh or self.maker.chance(0.6 / (1 + depth / 2))
            if not wanted or (depth >= MAX_DEPTH and key not in required) or self.budget < 0:
                continue
            inner = self.value(properties[key], f"{name}/{key}", depth + 1)
            if inner is not None:
                self.covered.add((name, key))
                result[key] = inner
        return result

    def value(self, schema: Any, name: str, depth: int) -> Any:
        """A value that the schema allows."""
        if "$ref" in schema:
            target = schema["$ref"]
            if not target.startswith("#/definitions/"):
                return "Apache-2.0" if "spdx" in target else None
            short = target.rsplit("/", 1)[-1]
            if depth > MAX_DEPTH:
                return None
            return self.value(self.schema["definitions"][short], short, depth)
        if schema.get("enum"):
            return self.maker.random.choice(schema["enum"])
        for several in ("oneOf", "anyOf"):
            if several in schema and "properties" not in schema and "type" not in schema:
                return self.value(self.maker.random.choice(schema[several]), name, depth)
        kind = schema.get("type")
        kind = kind[0] if isinstance(kind, list) else kind
        if kind == "array":
            if isinstance(schema.get("items"), dict) is False:
                choice = self.maker.random.choice(schema.get("oneOf", [{"items": {}}]))
                return (
                    self.value(choice | {"type": "array"}, name, depth) if "items" in choice else []
                )
            count = self.maker.random.choice((1, 1, 2)) if depth < MAX_DEPTH else 1
            items = [self.value(schema["items"], name, depth) for _ in range(count)]
            return [item for item in items if item is not None]
        if kind == "object" or "properties" in schema:
            return self.object(schema, name, depth) or None
        self.budget -= 1
        return self.scalar(schema, kind)

    def scalar(self, schema: Any, kind: Any) -> Any:
        """A value that is neither an object nor a list."""
        maker = self.maker
        if kind == "boolean":
            return maker.chance(0.5)
        if kind in ("number", "integer"):
            return min(maker.number(), schema.get("maximum", 1 << 40))
        form, pattern = schema.get("format", ""), str(schema.get("pattern", ""))
        if form == "date-time":
            return maker.moment()
        if form in ("iri-reference", "iri", "uri"):
            return maker.address()
        if "urn:uuid" in pattern:
            parts = (8, 4, 4, 4, 12)
            return "urn:uuid:" + "-".join(maker.hexadecimal(n) for n in parts)
        if "a-fA-F" in pattern:
            return maker.hexadecimal(64)
        return maker.word()


def document(version: str, maker: Maker, covered: set[tuple[str, str]]) -> dict[str, Any]:
    """One bill of materials."""
    return Writer(version, maker, covered).bom(version)
