"""Requests that a proxy sends on: who asks for them. What is not known for certain counts as a stranger."""

import ipaddress
import re

from flask import current_app, request

# Headers that proxies add, of nginx, Apache, Caddy, Traefik, Envoy, HAProxy and the large networks.
SIGNS = re.compile(
    r"forwarded|via|x-forwarded(-.+)?|x-real-ip|x-(cluster-)?client-ip|true-client-ip|x-original-.+|x-envoy-.+"
    r"|x-proxy.*|proxy-.+|cf-.+|cdn-loop|fastly-.+|x-amzn-.+|x-azure-.+|x-arr-.+|x-appengine-.+"
)
OLD_PROTOCOL = "HTTP/1.0"  # nginx's to what is behind it; browsers and libraries have spoken 1.1 since 1999
FORWARDED_FOR = re.compile(r"for=\"?\[?([^\s\"\];,]+)")


def is_passed_on() -> bool:
    """Whether the request shows any sign of a proxy."""
    is_old = request.environ.get("SERVER_PROTOCOL") == OLD_PROTOCOL
    return is_old or any(SIGNS.fullmatch(name.lower()) for name in request.headers.keys())  # noqa: SIM118


def comes_from_proxy() -> bool:
    """Whether a proxy of TRUSTED_PROXIES sends it."""
    return is_trusted(request.remote_addr or "")


def find_visitor() -> str | None:
    """The address that asks, as trusted proxies say, else the connection's. None: a proxy does not say."""
    if not comes_from_proxy():
        return request.remote_addr
    for address in reversed(forwarded_addresses()):  # those in front can be made up by the one who asks
        if not is_address(address):
            return None
        if not is_trusted(address):
            return address
    return None


def forwarded_addresses() -> list[str]:
    """From the visitor to the last proxy, as the headers say."""
    listed = request.headers.get("X-Forwarded-For", "")
    if listed:
        return [address.strip() for address in listed.split(",")]
    named = FORWARDED_FOR.findall(request.headers.get("Forwarded", "").lower())
    return named or [request.headers.get("X-Real-Ip", "").strip()]


def is_https() -> bool:
    """Whether the visitor's connection is encrypted, as a trusted proxy says."""
    schemes = request.headers.get("X-Forwarded-Proto", "").lower().split(",")
    return request.is_secure or (comes_from_proxy() and schemes[-1].strip() == "https")


def is_trusted(address: str) -> bool:
    networks = [ipaddress.ip_network(name, strict=False) for name in current_app.config["TRUSTED_PROXIES"]]
    return is_address(address) and any(ipaddress.ip_address(address) in network for network in networks)


def is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True
