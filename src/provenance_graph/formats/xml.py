"""Safe parsing of untrusted XML: no entities, no document types, no network."""

from __future__ import annotations

from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

from provenance_graph.core.errors import Unreadable
from provenance_graph.core.iris import Iri


def parsed(text: str, url: Iri) -> Element:
    """The root element of an XML text; raises Unreadable with the line."""
    try:
        root: Element = fromstring(text, forbid_dtd=True)
    except ParseError as error:
        raise Unreadable(url, f"not XML: {error}") from error
    except DefusedXmlException as error:
        line = text.count("\n", 0, max(text.find("<!"), 0)) + 1
        what = f"line {line}: XML with a document type or entities, which are not read"
        raise Unreadable(url, what) from error
    return root
