"""The bill of materials of this software."""

from __future__ import annotations

import base64
import hashlib
import json
from pathlib import Path

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from exports_back import not_strict

from provenance_graph.checking.lists import ElementChecker, list_named
from provenance_graph.checking.lists.cyclonedx import CycloneView
from provenance_graph.formats.bundles.envelope import BundleFile
from provenance_graph.formats.bundles.keys import PublicKey
from tools.sbom import sbom, signed


def test_our_own_bill_of_materials_is_valid_and_steady_and_names_what_is_needed() -> None:
    text = sbom()
    assert text == sbom()
    assert not_strict(text, "1.6") is None
    bom = json.loads(text)
    names = {component["name"] for component in bom["components"]}
    assert {"pyoxigraph", "fastapi", "pydantic", "starlette"} <= names
    assert "pytest" not in names
    refs = {component["bom-ref"] for component in bom["components"]}
    assert all(set(one["dependsOn"]) <= refs for one in bom["dependencies"])


def test_our_own_bill_of_materials_meets_the_elements_about_components() -> None:
    results = ElementChecker(list_named("ntia")).results(
        CycloneView(json.loads(sbom())), "cyclonedx", ()
    )
    met = {one.element.id for one in results if one.status == "met"}
    assert {"name", "version", "identifier", "dependencies"} <= met


def test_our_own_bill_of_materials_is_signed_as_bundles_are(tmp_path: Path) -> None:
    key = Ed25519PrivateKey.from_private_bytes(b"\5" * 32)
    path, file = tmp_path / "key.pem", tmp_path / "x.cdx.json"
    path.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    file.write_text("{}")
    made = json.loads(signed([file], path))
    payload = base64.b64decode(made["payload"])
    (subject,) = json.loads(payload)["subject"]
    assert subject["digest"]["sha256"] == hashlib.sha256(b"{}").hexdigest()
    (signature,) = made["signatures"]
    public = PublicKey(key.public_key())
    assert signature["keyid"] == public.id
    message = BundleFile(payload, {}, (), "", {}).message
    assert public.signed(base64.b64decode(signature["sig"]), message)
