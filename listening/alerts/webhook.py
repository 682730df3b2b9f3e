"""Webhooks: a signed POST of JSON, to a checked address.

Signed as Standard Webhooks 1.0.0 describes (standardwebhooks.com): HMAC-SHA256 of "id.timestamp.body", so that the
receiver knows who sent it, that it is no old one played again, and, by its id, that it came twice.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import http.client
import json
import socket
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from listening.errors import AddressError, ListeningError
from listening.fetch.address import Allowed, check
from listening.fetch.identity import user_agent

_TIMEOUT = 10.0  # seconds for connecting, and for the answer
_ANSWER = 2000  # bytes of an answer that are read


class NotSentError(ListeningError):
    """A message that did not get through, and why."""


@dataclass(frozen=True, slots=True)
class Webhook:
    """Where a webhook is, and the secret by which it is signed ("" sends unsigned)."""

    url: str
    secret: str = ""
    allowed: Allowed = Allowed()  # noqa: RUF009 - it cannot change
    contact: str = ""


def send(webhook: Webhook, key: str, data: Mapping[str, Any], now: datetime) -> None:
    """Send one message. Raises NotSentError unless the receiver answers that it has it (2xx)."""
    parts = urlsplit(webhook.url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise NotSentError("the address of the webhook does not start with https:// or http:// and a host")
    body = json.dumps(data, ensure_ascii=False, separators=(",", ":")).encode()
    headers = {
        "Content-Type": "application/json", "User-Agent": user_agent(webhook.contact), "Idempotency-Key": key,
        **signature(webhook.secret, key, int(now.timestamp()), body),
    }  # fmt: skip
    connection = _Connection(parts.hostname, parts.port, parts.scheme, webhook)
    try:
        connection.request("POST", (parts.path or "/") + (f"?{parts.query}" if parts.query else ""), body, headers)
        answer = connection.getresponse()
        answer.read(_ANSWER)
    except AddressError as error:
        raise NotSentError(str(error)) from None
    except (OSError, http.client.HTTPException) as error:
        raise NotSentError(f"{parts.hostname}: {str(error) or type(error).__name__}") from None
    finally:
        connection.close()
    if not 200 <= answer.status < 300:
        moved = ": it has moved; put the new address into the channel" if 300 <= answer.status < 400 else ""
        raise NotSentError(f"{parts.hostname} answered {answer.status} {answer.reason}{moved}")


def signature(secret: str, key: str, timestamp: int, body: bytes) -> dict[str, str]:
    """The headers that identify and sign a message."""
    headers = {"webhook-id": key, "webhook-timestamp": str(timestamp)}
    if secret:
        signed = hmac.new(_key(secret), f"{key}.{timestamp}.".encode() + body, hashlib.sha256).digest()
        headers["webhook-signature"] = f"v1,{base64.b64encode(signed).decode()}"
    return headers


def _key(secret: str) -> bytes:
    """The bytes of a secret: "whsec_" and base64, as receivers' libraries write it, or any text."""
    if secret.startswith("whsec_"):
        try:
            return base64.b64decode(secret.removeprefix("whsec_"), validate=True)
        except binascii.Error:
            raise NotSentError("the webhook's secret starts with whsec_ and is not base64 after it") from None
    return secret.encode()


class _Connection(http.client.HTTPConnection):
    """Connects to an address that was checked, and to no other."""

    def __init__(self, host: str, port: int | None, scheme: str, webhook: Webhook) -> None:
        self._allowed, self._tls = webhook.allowed, scheme == "https"
        self.default_port = 443 if self._tls else 80  # what needs not stand in the Host header
        super().__init__(host, port, timeout=_TIMEOUT)

    def connect(self) -> None:
        refused: Exception | None = None
        for *_, address in socket.getaddrinfo(self.host, self.port, type=socket.SOCK_STREAM):
            try:
                check(self.host, self.port, str(address[0]), self._allowed)
                self.sock = socket.create_connection((str(address[0]), self.port), _TIMEOUT)
            except (OSError, AddressError) as error:
                refused = refused or error
                continue
            if self._tls:
                self.sock = ssl.create_default_context().wrap_socket(self.sock, server_hostname=self.host)
            return
        raise refused or OSError("the name has no address")
