"""Which network addresses belong to the public internet. Pure, and imports nothing of ours."""

from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

# Not public by the registries of special-purpose addresses (RFC 6890 and its updates, IANA). Spelled out,
# because ipaddress.is_global has changed between the Pythons we run on and calls multicast global.
_CLOSED_IPV4 = tuple(
    IPv4Network(block)
    for block in (
        "0.0.0.0/8",
        "10.0.0.0/8",
        "100.64.0.0/10",
        "127.0.0.0/8",
        "169.254.0.0/16",
        "172.16.0.0/12",
        "192.0.0.0/24",
        "192.0.2.0/24",
        "192.88.99.0/24",
        "192.168.0.0/16",
        "198.18.0.0/15",
        "198.51.100.0/24",
        "203.0.113.0/24",
        "224.0.0.0/3",
    )
)
# Global unicast is 2000::/3; inside it are protocol assignments (Teredo is one) and two blocks for examples.
_OPEN_IPV6 = IPv6Network("2000::/3")
_CLOSED_IPV6 = tuple(IPv6Network(block) for block in ("2001::/23", "2001:db8::/32", "3fff::/20"))
_NAT64 = IPv6Network("64:ff9b::/96")


def is_public(text: str) -> bool:
    """Whether an address is one of the public internet; a form that wraps an IPv4 address is judged by that.

    Source: the IANA registries of special-purpose addresses (RFC 6890). ValueError: text is no address.
    """
    address = _unwrapped(ip_address(text))
    if isinstance(address, IPv4Address):
        return not any(address in block for block in _CLOSED_IPV4)
    return address in _OPEN_IPV6 and not any(address in block for block in _CLOSED_IPV6)


def is_within(text: str, networks: tuple[Network, ...]) -> bool:
    """Whether an address, or the IPv4 address it wraps, lies in one of these networks.

    ValueError: text is no address.
    """
    address = _unwrapped(ip_address(text))
    return any(address in network for network in networks)


def _unwrapped(address: Address) -> Address:
    """The IPv4 address inside an IPv4-mapped (RFC 4291), NAT64 (RFC 6052) or 6to4 (RFC 3056) one."""
    if isinstance(address, IPv4Address):
        return address
    if address in _NAT64:
        return IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped or address.sixtofour or address
