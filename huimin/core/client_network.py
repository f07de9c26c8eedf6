"""A network address as it is counted where one client may only do so much."""

from __future__ import annotations

import ipaddress

# Whoever has one IPv6 address mostly has all of its network.
IPV6_NETWORK_BITS = 64


def network_of(address: str) -> str:
    """The IPv4 address itself, the /64 network of an IPv6 address; anything else as it is."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address
    if parsed.version == 4:
        return address
    return str(ipaddress.ip_network((parsed, IPV6_NETWORK_BITS), strict=False))
