"""Which addresses may be connected to: public ones, and the private ones that an administrator named.

Knows nothing of Scrapy, so that whatever opens a connection can ask: call `check` with the address that the socket
is about to connect to, never with the name it came from, and again for every redirect.
"""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Iterable
from functools import lru_cache
from urllib.parse import urlsplit

from listening.errors import AddressError

# IANA IPv4 Special-Purpose Address Registry (RFC 6890), multicast (RFC 5771), and the address at which one cloud
# serves metadata to its machines although it looks public (168.63.129.16, Azure).
_SPECIAL_4 = tuple(
    ipaddress.IPv4Network(network)
    for network in (
        "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "168.63.129.16/32", "169.254.0.0/16",
        "172.16.0.0/12", "192.0.0.0/24", "192.0.2.0/24", "192.31.196.0/24", "192.52.193.0/24", "192.88.99.0/24",
        "192.168.0.0/16", "192.175.48.0/24", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/3",
    )
)  # fmt: skip
# Only this block is assigned as global unicast (RFC 4291); whatever IANA's registry reserves outside it is refused
# unread. Inside it: IETF protocols with Teredo, documentation, 6to4 (which embeds any IPv4 address), AS112.
_GLOBAL_6 = ipaddress.IPv6Network("2000::/3")
_SPECIAL_6 = tuple(
    ipaddress.IPv6Network(network)
    for network in ("2001::/23", "2001:db8::/32", "2002::/16", "2620:4f:8000::/48", "3fff::/20")
)
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")  # RFC 6052: the last 32 bits are the IPv4 address that is reached


def is_public(address: str) -> bool:
    """Whether an address belongs to the public internet; whatever cannot be read as an address does not.

    Takes any spelling that a resolver takes ("127.1", "0x7f000001", "2130706433", "fe80::1%eth0") and looks through
    IPv4-mapped and NAT64 addresses at the IPv4 address behind them. Rules: IANA's special-purpose registries
    (RFC 6890), refusing all that they do not name as ordinary unicast.
    """
    parsed = _parse(address)
    if isinstance(parsed, ipaddress.IPv6Address):
        if parsed.ipv4_mapped is not None:
            parsed = parsed.ipv4_mapped
        elif parsed in _NAT64:
            parsed = ipaddress.IPv4Address(int(parsed) & 0xFFFFFFFF)
    if isinstance(parsed, ipaddress.IPv4Address):
        return not any(parsed in network for network in _SPECIAL_4)
    return parsed is not None and parsed in _GLOBAL_6 and not any(parsed in network for network in _SPECIAL_6)


@lru_cache(maxsize=4096)
def _parse(address: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    text = address.strip().removeprefix("[").removesuffix("]").partition("%")[0]
    try:
        return ipaddress.ip_address(text)
    except ValueError:
        pass
    try:
        return ipaddress.IPv4Address(socket.inet_aton(text))
    except (OSError, UnicodeError, ValueError):
        return None


class Allowed:
    """The private hosts that an administrator named: "127.0.0.1:8100", "forum.local", "10.0.0.5", "[::1]:8100"."""

    def __init__(self, entries: Iterable[str] = ()) -> None:
        """Each entry is a host, or a host and a port; without a port it stands for all of them.

        Raises AddressError for an entry that is neither.
        """
        self._entries = frozenset(_entry(text) for text in entries if text.strip())

    def __contains__(self, place: tuple[str, int]) -> bool:
        host, port = _plain(place[0]), place[1]
        return (host, port) in self._entries or (host, None) in self._entries

    def loopback(self, host: str, port: int) -> bool:
        """Whether this is a named server on this very machine (RFC 6761: localhost and all below it)."""
        parsed, name = _parse(host), _plain(host)
        local = parsed.is_loopback if parsed else name == "localhost" or name.endswith(".localhost")
        return local and (host, port) in self


def _entry(text: str) -> tuple[str, int | None]:
    text = text.strip()
    bare_6 = text.count(":") > 1 and not text.startswith("[")
    try:
        parts = urlsplit(f"//[{text}]" if bare_6 else f"//{text}")
        host, port = parts.hostname, parts.port
    except ValueError:
        host, port = None, None
    if not host or parts.path or parts.query or parts.username is not None:
        raise AddressError(f'allow_private: "{text}" is neither a host nor host:port, such as "127.0.0.1:8100"')
    return _plain(host), port


def _plain(host: str) -> str:
    """One spelling for each host: canonical addresses, lower-case ASCII names."""
    if (parsed := _parse(host)) is not None:
        return str(parsed)
    name = host.rstrip(".").lower()
    try:
        return name.encode("idna").decode("ascii") if not name.isascii() else name
    except UnicodeError:
        return name


def check(host: str, port: int, address: str, allowed: Allowed) -> None:
    """Raise AddressError unless `address` may be connected to for `host`:`port`.

    `address` is what the socket will connect to, after the name was resolved. It passes if it is public, or if
    `allowed` names the host or the address itself.
    """
    if is_public(address) or (host, port) in allowed or (address, port) in allowed:
        return
    name = host if host == address else f"{host} ({address})"
    shown = f"[{host}]" if ":" in host else host
    raise AddressError(
        f'{name} is not on the public internet: add "{shown}:{port}" to allow_private in listening.toml to allow it'
    )
