"""Bundles: what they hold, that a change of anything is seen, and whose word they are."""

from __future__ import annotations

import base64
import hashlib
import json
import random
from collections.abc import Callable
from functools import cache
from pathlib import Path

import audit_store
import pytest
from click.testing import CliRunner
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from examples import sample

from provenance_graph.acceptance.snapshot import AcceptedSnapshot
from provenance_graph.commands.documents.verify import command as verify_command
from provenance_graph.core import canonical, rdf
from provenance_graph.core.errors import Unreadable, UsageError
from provenance_graph.core.iris import organization
from provenance_graph.formats.bundles import envelope
from provenance_graph.formats.bundles.keys import (
    KeyList,
    PublicKey,
    key_list,
    private_key,
    public_key,
)
from provenance_graph.receipts.make import make
from provenance_graph.receipts.verify import Verified, verify
from provenance_graph.session import Session

KEY = Ed25519PrivateKey.from_private_bytes(hashlib.sha256(b"a key of tests").digest())
OTHER = Ed25519PrivateKey.from_private_bytes(hashlib.sha256(b"another key").digest())
PUBLIC = PublicKey(KEY.public_key())


@cache
def made(key: Ed25519PrivateKey | None = KEY) -> bytes:
    with audit_store.store() as store:
        return make(AcceptedSnapshot(store), [audit_store.MODEL], ["cyclonedx"], key=key)


def checked(data: bytes, *keys: PublicKey) -> Verified | None:
    """What verifying gives; None where the file is no bundle at all."""
    try:
        return verify(data, keys)
    except Unreadable:
        return None


def rewritten(change: Callable[[str], str], key: Ed25519PrivateKey | None = None) -> bytes:
    """A bundle whose content was changed and all whose digests were made again."""
    file = envelope.read(made(), "bundle")
    content = change(file.content)
    predicate = {
        **file.predicate,
        "graphs": {
            graph: f"sha256:{canonical.digest(text)}"
            for graph, text in sorted(canonical.by_graph(content).items())
        },
    }
    statement = envelope.statement(predicate, content, file.exports)
    return envelope.write(statement, content, file.exports, key)


def line_of(content: str, *parts: str) -> str:
    return next(line for line in content.splitlines(True) if all(part in line for part in parts))


def test_an_untouched_bundle_verifies() -> None:
    done = verify(made(), [PUBLIC])
    assert done.ok
    assert done.signature == "verified"
    assert done.signed_by == [PUBLIC.id]
    assert done.records >= 4
    assert done.facts > 5
    assert done.failures == []
    assert done.command.startswith("provenance-graph bundle")


def test_the_same_store_gives_the_same_bytes() -> None:
    with audit_store.store() as store:
        snapshot = AcceptedSnapshot(store)
        first = make(snapshot, [audit_store.MODEL], ["cyclonedx"], key=KEY)
        assert first == make(snapshot, [audit_store.MODEL], ["cyclonedx"], key=KEY)


def test_the_content_is_in_the_canonical_form_of_rdfc() -> None:
    content = envelope.read(made(), "bundle").content
    quads = canonical.parse(content, "content").quads
    assert canonical.canonical_text(reversed(quads)) == content
    assert content.splitlines() == sorted(set(content.splitlines()))


def test_no_change_of_a_byte_goes_unseen() -> None:
    data, chance = made(), random.Random(7)
    for _ in range(sample(80, 250)):
        at, flip = chance.randrange(len(data)), 1 << chance.randrange(8)
        changed = bytearray(data)
        changed[at] ^= flip
        done = checked(bytes(changed), PUBLIC)
        assert done is None or not done.ok, f"byte {at}"


def test_without_a_signature_a_change_of_a_byte_is_seen_too() -> None:
    data, chance = made(None), random.Random(8)
    assert verify(data).ok
    for _ in range(sample(50, 150)):
        at = chance.randrange(len(data))
        changed = data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :]
        done = checked(changed)
        assert done is None or not done.ok, f"byte {at}"


def test_a_value_that_does_not_follow_from_the_claims_is_named() -> None:
    """Whoever forges all digests still has to give the value that the claims give."""

    def forge(content: str) -> str:
        (accepted,) = [
            line
            for line in content.splitlines(True)
            if "#contextLength>" in line
            and line.startswith(f"<{audit_store.MODEL}>")
            and line.count("<") == 3
            and '"' in line
        ]
        value = accepted.split('"')[1]
        return "".join(
            sorted(content.replace(accepted, accepted.replace(value, "999")).splitlines(True))
        )

    done = verify(rewritten(forge))
    assert not done.ok
    (failure,) = [f for f in done.failures if f.kind == "value"]
    assert "pg:contextLength" in failure.where
    assert "999" in failure.what


def test_a_removed_record_is_named() -> None:
    file = envelope.read(made(), "bundle")
    graph = next(g for g in canonical.by_graph(file.content) if "/record/" in g)
    content = "".join(
        line for line in file.content.splitlines(True) if not line.endswith(f"<{graph}> .\n")
    )
    done = verify(envelope.write(file.statement, content, file.exports))
    assert not done.ok
    assert any(f.kind == "graph" and "removed" in f.what for f in done.failures)


def test_another_policy_is_seen_and_changes_what_follows() -> None:
    def other(content: str) -> str:
        confidence = line_of(content, "#leastConfidence>")
        return "".join(
            sorted(content.replace(confidence, confidence.replace("0.5", "0.9")).splitlines(True))
        )

    file = envelope.read(made(), "bundle")
    content = other(file.content)
    done = verify(envelope.write(file.statement, content, file.exports, KEY), [PUBLIC])
    assert not done.ok
    assert any(f.where == "id:graph/reference" for f in done.failures)
    assert verify(rewritten(other)).policy_digest != verify(made()).policy_digest


def test_repeated_nodes_are_not_canonical() -> None:
    done = verify(rewritten(lambda content: content + content.splitlines(True)[0]))
    assert any(f.kind == "content" for f in done.failures)


def test_a_signature_of_another_key_fails() -> None:
    file = envelope.read(made(OTHER), "bundle")
    done = verify(made(OTHER), [PUBLIC])
    assert not done.ok
    assert done.signature == "unknown key"
    forged = json.loads(made())
    forged["envelope"]["signatures"][0]["sig"] = base64.b64encode(file.signatures[0].value).decode()
    data = (json.dumps(forged, ensure_ascii=False, indent=1) + "\n").encode()
    assert verify(data, [PUBLIC]).signature == "failed"


def test_an_unsigned_bundle_does_not_pass_where_a_key_is_given() -> None:
    done = verify(made(None), [PUBLIC])
    assert not done.ok
    assert done.signature == "none"
    assert verify(made(None)).ok


def test_a_signed_bundle_without_a_key_says_that_it_was_not_checked() -> None:
    assert verify(made()).signature == "not checked"


def test_only_a_bound_key_makes_records_the_publishers_own() -> None:
    publishers = {organization(p.id) for p in verify(made()).publishers}
    mine = sorted(publishers)[0]
    bound = KeyList({PUBLIC.id: PUBLIC}, {PUBLIC.id: frozenset({mine})})
    done = verify(made(), [], bound)
    verified = [p.id for p in done.publishers if p.custody == "Verified"]
    assert [organization(p) for p in verified] == [mine]


def test_content_that_nests_never_reaches_the_parser() -> None:
    content = f"<a:s> <a:p> {'<<( <a:s> <a:p> ' * 9} .\n"
    file = envelope.read(made(), "bundle")
    done = verify(envelope.write(envelope.statement(file.predicate, content, {}), content, {}))
    assert any(f.kind == "content" and "line 1" in f.what for f in done.failures)


def written(path: Path, key: Ed25519PrivateKey) -> tuple[Path, Path]:
    private, public = path / "key.pem", path / "key.pub"
    private.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    public.write_bytes(
        key.public_key().public_bytes(
            serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
        )
    )
    return private, public


def test_keys_are_read_from_their_files(tmp_path: Path) -> None:
    private, public = written(tmp_path, KEY)
    assert PublicKey(private_key(private).public_key()).id == public_key(public).id == PUBLIC.id
    with pytest.raises(UsageError, match="a private key; give the public one"):
        public_key(private)
    with pytest.raises(UsageError, match="cannot be read"):
        private_key(tmp_path / "none.pem")


def test_keys_of_another_kind_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "rsa.pem"
    path.write_bytes(
        generate_private_key(65537, 2048).private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    with pytest.raises(UsageError, match="Ed25519"):
        private_key(path)


def test_an_encrypted_key_says_where_its_password_goes(tmp_path: Path) -> None:
    path = tmp_path / "locked.pem"
    path.write_bytes(
        KEY.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.BestAvailableEncryption(b"open"),
        )
    )
    with pytest.raises(UsageError, match="PROVENANCE_GRAPH_KEY_PASSWORD"):
        private_key(path)
    assert PublicKey(private_key(path, "open").public_key()).id == PUBLIC.id


def test_the_list_of_keys_binds_publishers(tmp_path: Path) -> None:
    written(tmp_path, KEY)
    listed = tmp_path / "keys.toml"
    listed.write_text('[[key]]\npublic = "key.pub"\npublishers = ["allenai"]\n')
    assert key_list(listed).binds(PUBLIC.id, organization("allenai"))
    listed.write_text('[[key]]\npublic = "key.pub"\nowners = []\n')
    with pytest.raises(UsageError, match=r"\[\[key\]\] 1"):
        key_list(listed)


def test_the_command_verifies_a_file(tmp_path: Path) -> None:
    _, public = written(tmp_path, KEY)
    file = tmp_path / "model.bundle.json"
    file.write_bytes(made())
    run = CliRunner().invoke(
        verify_command,
        [str(file), "--key", str(public)],
        obj=Session(str(tmp_path / "no-store")),
        standalone_mode=False,
    )
    assert run.return_value == 0
    assert "OK" in run.output
    file.write_bytes(made().replace(b"DeveloperStatement", b"ThirdPartyReport", 1))
    run = CliRunner().invoke(verify_command, [str(file)], obj=Session(""), standalone_mode=False)
    assert run.return_value == 1
    assert "FAILS" in run.output


def test_every_record_inside_is_whole() -> None:
    for graph, text in canonical.by_graph(envelope.read(made(), "b").content).items():
        if "/record/" in graph:
            record = rdf.from_quads(canonical.parse(text, graph).quads)
            assert record.header.record == graph


def signed_by(*keys: Ed25519PrivateKey) -> bytes:
    """A bundle with one signature a key, in that order."""
    value = json.loads(made())
    message = envelope.read(made(), "b").message
    value["envelope"]["signatures"] = [
        {
            "keyid": PublicKey(key.public_key()).id,
            "sig": base64.b64encode(key.sign(message)).decode(),
        }
        for key in keys
    ]
    return (json.dumps(value, ensure_ascii=False, indent=1) + "\n").encode()


def test_signatures_have_one_order_and_none_is_repeated_or_unknown() -> None:
    both = sorted((KEY, OTHER), key=lambda key: PublicKey(key.public_key()).id)
    given = [PublicKey(key.public_key()) for key in both]
    assert verify(signed_by(*both), given).ok
    for data, keys in (
        (signed_by(*reversed(both)), given),
        (signed_by(KEY, KEY), [PUBLIC]),
        (signed_by(*both), [PUBLIC]),
    ):
        done = verify(data, keys)
        assert [f.where for f in done.failures] == ["/envelope/signatures"]


def restated(change: Callable[[dict[str, object]], dict[str, object]]) -> bytes:
    """A bundle without a signature whose statement was changed."""
    file = envelope.read(made(), "b")
    return envelope.write(change(dict(file.statement)), file.content, file.exports)


@pytest.mark.parametrize(
    ("where", "change"),
    [
        (
            "/envelope/payload/subject",
            lambda s: {**s, "subject": [*s["subject"][:1], *s["subject"]]},
        ),
        (
            "/envelope/payload/subject",
            lambda s: {
                **s,
                "subject": [
                    {**one, "digest": {**one["digest"], "sha512": "0" * 128}}
                    for one in s["subject"]
                ],
            },
        ),
        ("about", lambda s: {**s, "predicate": {**s["predicate"], "about": ["urn:other"]}}),
        (
            "day",
            lambda s: {
                **s,
                "predicate": {**s["predicate"], "asOf": "2026-11-29", "day": "2024-01-01"},
            },
        ),
    ],
)
def test_a_changed_statement_is_named(
    where: str, change: Callable[[dict[str, object]], dict[str, object]]
) -> None:
    assert where in [f.where for f in verify(restated(change)).failures]


def test_a_claim_moved_to_another_record_is_named() -> None:
    def moved(content: str) -> str:
        graphs = [g for g in canonical.by_graph(content) if "/record/" in g]
        line = next(
            x for x in content.splitlines(True) if f"<{graphs[0]}#c-" in x[: len(graphs[0]) + 8]
        )
        node = line.partition(" ")[0]
        lines = [
            x.replace(f" <{graphs[0]}> .", f" <{graphs[1]}> .") if x.startswith(f"{node} ") else x
            for x in content.splitlines(True)
        ]
        return "".join(sorted(lines))

    failures = verify(rewritten(moved)).failures
    assert any("not part of the record" in f.what for f in failures)
