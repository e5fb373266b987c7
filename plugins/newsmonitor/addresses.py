"""Which network addresses belong to the public internet. Pure, and imports nothing of ours."""

import re
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
# The second half of an ISATAP address but for its IPv4 address, with and without the universal bit (RFC 5214).
_ISATAP = frozenset({0x00005EFE, 0x02005EFE})
_NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*")
_BYTE = "(?:25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])"
_PLAIN_IPV4 = re.compile(rf"{_BYTE}(?:\.{_BYTE}){{3}}")


def is_public(text: str) -> bool:
    """Whether an address is one of the public internet; a form that wraps an IPv4 address is judged by that.

    Source: the IANA registries of special-purpose addresses (RFC 6890). ValueError: text is no address.
    """
    address = _unwrapped(ip_address(text))
    if isinstance(address, IPv4Address):
        return not any(address in block for block in _CLOSED_IPV4)
    if address not in _OPEN_IPV6 or any(address in block for block in _CLOSED_IPV6):
        return False
    # A tunnel's end of the prefix of anybody; what lies behind it is the IPv4 address.
    return int(address) >> 32 & 0xFFFFFFFF not in _ISATAP or is_public(str(_last_ipv4(address)))


def is_within(text: str, networks: tuple[Network, ...]) -> bool:
    """Whether an address, or the IPv4 address it wraps, lies in one of these networks.

    ValueError: text is no address.
    """
    address = _unwrapped(ip_address(text))
    return any(address in network for network in networks)


def ipv4_of_host(host: str) -> str | None:
    """The IPv4 address that a host in digits means, as 127.1, 0x7f000001 or 2130706433 do; None for a name.

    The reading of browsers and of curl (WHATWG URL Standard, IPv4 parser), of lower-case ASCII. ValueError: a
    host whose last label is a number and which is no address; no such name exists, and resolvers guess.
    """
    if _PLAIN_IPV4.fullmatch(host):
        return host
    labels = host.split(".")
    if not _NUMBER.fullmatch(labels[-1]):
        return None
    if len(labels) > 4 or not all(_NUMBER.fullmatch(label) for label in labels):
        raise ValueError(f"{host[:60]} is neither a name nor an address")
    *firsts, last = (_number(label) for label in labels)
    if last >= 256 ** (4 - len(firsts)) or any(number > 255 for number in firsts):
        raise ValueError(f"{host[:60]} is no address, a part of it is too large")
    return str(IPv4Address(last + sum(number << 8 * (3 - place) for place, number in enumerate(firsts))))


def _number(label: str) -> int:
    if label.startswith("0x"):
        return int(label[2:] or "0", 16)
    return int(label, 8 if label.startswith("0") else 10)


def _unwrapped(address: Address) -> Address:
    """The IPv4 address inside an IPv4-mapped (RFC 4291), NAT64 (RFC 6052) or 6to4 (RFC 3056) one."""
    if isinstance(address, IPv4Address):
        return address
    if address in _NAT64:
        return _last_ipv4(address)
    return address.ipv4_mapped or address.sixtofour or address


def _last_ipv4(address: IPv6Address) -> IPv4Address:
    return IPv4Address(int(address) & 0xFFFFFFFF)
