"""The vocabularies of MLDCAT-AP 3.1, and recognition of texts that use them."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from provenance_graph.formats.fields.jsonld import DCT, PROV

IT6 = "http://data.europa.eu/it6/"
DCAT = "http://www.w3.org/ns/dcat#"
FOAF = "http://xmlns.com/foaf/0.1/"
SPDX = "http://spdx.org/rdf/terms#"
ODRL = "http://www.w3.org/ns/odrl/2/"
ADMS = "http://www.w3.org/ns/adms#"
DQV = "http://www.w3.org/ns/dqv#"
MLS = "http://www.w3.org/ns/mls#"
MLSO = "http://w3id.org/mlso/"
BIRO = "http://purl.org/spar/biro/"
LPWC = "https://linkedpaperswithcode.com/class/"
LPWC_PROPERTY = "https://linkedpaperswithcode.com/property/"
FRAPO = "http://purl.org/cerif/frapo/"
SKOS = "http://www.w3.org/2004/02/skos/core#"
RELEASE = "https://semiceu.github.io/MLDCAT-AP/releases/3.1.0"
CONTEXT = f"{RELEASE}/context/mldcat-ap.jsonld"

PREFIXES: Mapping[str, str] = MappingProxyType(
    {
        "adms": ADMS,
        "biro": BIRO,
        "dcat": DCAT,
        "dct": DCT,
        "dqv": DQV,
        "foaf": FOAF,
        "it6": IT6,
        "lpwcc": LPWC,
        "mls": MLS,
        "mlso": MLSO,
        "odrl": ODRL,
        "prov": PROV,
        "skos": SKOS,
        "spdx": SPDX,
        "xsd": "http://www.w3.org/2001/XMLSchema#",
        "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
        "qb": "http://purl.org/linked-data/cube#",
    }
)
"""The prefixes that the profile's examples use."""

_MARKS = (IT6, "semiceu.github.io/MLDCAT-AP")


def is_profile(head: str) -> bool:
    """Whether a text names the profile's vocabulary or its context."""
    return any(mark in head for mark in _MARKS)
