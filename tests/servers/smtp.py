"""A real mail server on loopback that keeps what it gets, and refuses some of it where it is told to."""

from __future__ import annotations

from collections.abc import Callable
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any, Self, cast

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import Envelope


class _Controller(Controller):
    """On a port that the system chooses."""

    def _trigger_server(self) -> None:
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()


class SmtpServer:
    """Takes mail until its `with` block ends; `refuse` says of each whether it is turned away."""

    def __init__(self, refuse: Callable[[], bool] = lambda: False) -> None:
        self.mails: list[EmailMessage] = []
        self.refuse = refuse
        self._controller = _Controller(self, hostname="127.0.0.1", port=0, ready_timeout=10)

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Envelope) -> str:  # noqa: N802
        if self.refuse():
            return "451 try again later"
        content = cast(bytes, envelope.content)
        self.mails.append(cast(EmailMessage, message_from_bytes(content, policy=policy.default)))
        return "250 taken"

    def __enter__(self) -> Self:
        self._controller.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._controller.stop()

    @property
    def port(self) -> int:
        """Where it listens."""
        return int(self._controller.port)
