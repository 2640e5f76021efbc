"""One signed request to an address outside, and nothing else: no redirect, no cookie, no address inside the network.

No Django. A host that the operator allows may still be pointed at our own network by whoever keeps its name; so the
name is resolved once, every address that it has must be a public one, and the connection goes to one of these.
"""

from __future__ import annotations

import hashlib
import hmac
import http.client
import ipaddress
import socket
import ssl
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

PORT = 443
SECONDS = 10  # to connect, and for each piece of the answer
MOST_READ = 4096  # bytes of an answer; nothing in it is used
LONGEST_URL = 500


class UnsentError(Exception):
    """Nothing was delivered; ``code`` says why: address, host, private, name, tls, timeout, connection."""

    def __init__(self, code: str) -> None:
        """Keep the code."""
        super().__init__(code)
        self.code = code


def require_address(url: str, hosts: Collection[str]) -> tuple[str, int, str]:
    """Return host, port and path of an address that may be sent to. Raises UnsentError (address, host).

    ``hosts``: what the operator allows, as ``host`` (port 443) or ``host:port``, in small letters.
    """
    try:
        parts = urlsplit(url)
        host, port = (parts.hostname or "").lower(), parts.port or PORT
    except ValueError as error:
        raise UnsentError("address") from error
    plain = url.isascii() and url.isprintable() and " " not in url and len(url) <= LONGEST_URL
    if not plain or parts.scheme != "https" or not host or parts.username is not None or parts.fragment:
        raise UnsentError("address")
    if (host if port == PORT else f"{host}:{port}") not in hosts:
        raise UnsentError("host")
    return host, port, (parts.path or "/") + (f"?{parts.query}" if parts.query else "")


def public_addresses(host: str, port: int) -> list[str]:
    """Return the addresses of a host. Raises UnsentError: name for none, private where any is not a public one."""
    try:
        found = [str(each[4][0]) for each in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]
    except (OSError, UnicodeError) as error:
        raise UnsentError("name") from error
    if not found:
        raise UnsentError("name")
    if not all(map(is_public, found)):
        raise UnsentError("private")
    return found


def is_public(address: str) -> bool:
    """Say whether an address is one of the Internet; one that hides an IPv4 address is judged by that."""
    found = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(found, ipaddress.IPv6Address):
        inner = found.ipv4_mapped or found.sixtofour or (found.teredo[1] if found.teredo else None)
        if inner is not None:
            return is_public(str(inner))
        if found in ipaddress.ip_network("64:ff9b::/96"):
            return is_public(str(ipaddress.IPv4Address(int(found) & 0xFFFFFFFF)))
    return found.is_global and not found.is_multicast


def signature(secret: str, body: bytes, *, at: int) -> str:
    """Return what the receiver compares: ``t=`` seconds since 1970, ``v1=`` HMAC-SHA256 of ``t.body`` in hex."""
    made = hmac.new(secret.encode(), f"{at}.".encode() + body, hashlib.sha256).hexdigest()
    return f"t={at},v1={made}"


def post(url: str, body: bytes, headers: Mapping[str, str], *, hosts: Collection[str]) -> int:
    """Send one request and return the status of the answer. Raises UnsentError."""
    host, port, path = require_address(url, hosts)
    address = public_addresses(host, port)[0]
    connection = _Connection(host, port, address)
    try:
        connection.request("POST", path, body=body, headers=dict(headers))
        answer = connection.getresponse()
        answer.read(MOST_READ)
    except ssl.SSLError as error:
        raise UnsentError("tls") from error
    except TimeoutError as error:
        raise UnsentError("timeout") from error
    except (OSError, http.client.HTTPException) as error:
        raise UnsentError("connection") from error
    else:
        return answer.status
    finally:
        connection.close()


def context() -> ssl.SSLContext:
    """Return how the receiver proves who it is: by a certificate for its name."""
    return ssl.create_default_context()


class _Connection(http.client.HTTPSConnection):
    """A connection to an address that was looked at, for the name that it belongs to."""

    def __init__(self, host: str, port: int, address: str) -> None:
        """Keep the address; nothing is opened yet."""
        super().__init__(host, port, timeout=SECONDS)
        self._address, self._tls = address, context()

    def connect(self) -> None:
        """Open it; the name is not resolved again."""
        plain = socket.create_connection((self._address, self.port), SECONDS)
        try:
            self.sock = self._tls.wrap_socket(plain, server_hostname=self.host)
        except BaseException:
            plain.close()
            raise
