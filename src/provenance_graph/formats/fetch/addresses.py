"""Restriction of requests to public machines, whatever name an address has."""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Callable
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from provenance_graph.core.errors import FetchError

if TYPE_CHECKING:
    import httpx2

Resolve = Callable[[str, int], list[str]]


def resolve(host: str, port: int) -> list[str]:
    """The IP addresses of a host; raises FetchError where it has none."""
    try:
        getaddrinfo = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise FetchError(
            f"{host} cannot be found ({error}); this machine may be offline: download the files "
            "elsewhere and import the folder"
        ) from error
    return [str(entry[4][0]) for entry in getaddrinfo]


def is_public(text: str) -> bool:
    """Whether an IP address is on the public internet, also where it embeds another address.

    >>> is_public("93.184.216.34"), is_public("10.0.0.1"), is_public("::ffff:127.0.0.1")
    (True, False, False)
    """
    try:
        address = ipaddress.ip_address(text.partition("%")[0])
    except ValueError:
        return False
    wrapped = [address]
    if isinstance(address, ipaddress.IPv6Address):
        wrapped += [a for a in (address.ipv4_mapped, address.sixtofour) if a is not None]
        if address in ipaddress.IPv6Network("64:ff9b::/96"):
            wrapped.append(ipaddress.IPv4Address(int(address) & 0xFFFFFFFF))
    return all(
        a.is_global
        and not a.is_multicast
        and not a.is_reserved
        and not any(a in network for network in _SPECIAL if network.version == a.version)
        for a in wrapped
    )


_SPECIAL = tuple(
    ipaddress.ip_network(text)
    for text in (
        "fec0::/10",  # site-local, deprecated but routed by some (RFC 3879)
        "3fff::/20",  # documentation (RFC 9637)
        "5f00::/16",  # segment routing (RFC 9602)
        "192.0.0.0/24",  # protocol assignments (RFC 6890)
        "192.88.99.0/24",  # 6to4 relays (RFC 7526)
        "2001::/23",  # protocol assignments, Teredo among them
        "64:ff9b:1::/48",  # translation within a site (RFC 8215)
        "::/96",  # IPv4-compatible, deprecated
    )
)
"""Special-purpose networks of the registries that ``ipaddress`` does not know."""


def check_address(url: str, resolver: Resolve | None) -> None:
    """Raise FetchError where an address, or one that its host resolves to, is not public."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    try:
        port = parts.port or (443 if parts.scheme == "https" else 80)
    except ValueError as error:
        raise FetchError(f"{url[:120]}: {error}") from error
    literal = _literal(host)
    addresses = [literal] if literal else resolver(host, port) if resolver else []
    if host.casefold() == "localhost" or host.endswith((".local", ".internal", ".localhost")):
        addresses = ["127.0.0.1"]
    for address in addresses:
        if not is_public(address):
            raise FetchError(
                f"{host} is at {address}, which is not public, so it is not contacted; set "
                "PROVENANCE_GRAPH_HUB to use a Hub of your own"
            )


def _literal(host: str) -> str:
    """The IP address that a host literal is, in any spelling that sockets accept; else empty."""
    try:
        return str(ipaddress.ip_address(host.partition("%")[0]))
    except ValueError:
        pass
    try:
        return socket.inet_ntoa(socket.inet_aton(host))  # 127.1, 0x7f000001, 2130706433
    except (OSError, UnicodeError):
        return ""


def check_peer(url: str, response: httpx2.Response) -> None:
    """Raise FetchError where the answering machine is not public, whatever its name resolved to."""
    stream = response.extensions.get("network_stream")
    peer = stream.get_extra_info("server_addr") if stream is not None else None
    if isinstance(peer, tuple) and peer and not is_public(str(peer[0])):
        raise FetchError(f"{url}: answered from {peer[0]}, which is not public")
