"""Delivery: what waits in the outbox goes out, again and again until it is through, and is never given up silently."""

from __future__ import annotations

import logging
import random
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Self
from zoneinfo import ZoneInfo

from listening.alerts.message import Words, words
from listening.alerts.webhook import NotSentError, Webhook, send
from listening.config import Channel, Config
from listening.errors import ListeningError
from listening.fetch.address import Allowed
from listening.source import Credential
from listening.store import Message, Store

LEASE = timedelta(minutes=2)  # longer than any sending takes; a sender that dies lets go after it
GIVE_UP = timedelta(days=3)  # after which a message is shown as failed
_FIRST, _LONGEST = 2.0, 1800.0  # seconds before the second try, and before any


@dataclass(slots=True)
class Courier:
    """Delivers the messages of one channel, one at a time."""

    config: Config
    channel: Channel
    store: Store
    clock: Callable[[], datetime] = lambda: datetime.now(UTC)
    chance: random.Random = field(default_factory=random.Random)

    def deliver(self) -> bool:
        """Take the next message that is due and try to send it. False where there is none."""
        message = self.store.claim_message(self.channel.name, self.clock(), LEASE)
        if message is None:
            return False
        try:
            self._send(message)
        except ListeningError as error:
            now = self.clock()
            again = now + timedelta(seconds=wait(message.tries, self.chance))
            old = now - datetime.fromisoformat(message.created) >= GIVE_UP
            self.store.message_failed(message.id, str(error), now, None if old else again)
        else:
            self.store.message_sent(message, self.clock())
        return True

    def _send(self, message: Message) -> None:
        settings = self.config.settings
        alert = next((each for each in settings.alert if each.name == message.rule), None)
        text = words(self.store, message, alert, ZoneInfo(settings.time_zone))
        address = address_of(self.channel)
        if self.channel.kind == "webhook":
            secret = _secret(self.channel.signing_env, "by which a webhook is signed") or ""
            webhook = Webhook(address, secret, Allowed(settings.allow_private), settings.contact)
            data: Mapping[str, Any] = {"title": text.title, "text": text.body, **text.data}
            send(webhook, message.key, data, self.clock())
        else:
            _apprise(address, message.key, text)


def wait(tries: int, chance: random.Random) -> float:
    """Seconds before a message is tried again after so many tries: twice as long each time, and never all at once.

    Exponential back-off with jitter (Brooker, "Exponential Backoff And Jitter", AWS Architecture Blog, 2015).
    """
    longest = min(_LONGEST, _FIRST * 2.0 ** min(tries - 1, 20))
    return longest * chance.uniform(0.5, 1.0)


def address_of(channel: Channel) -> str:
    """Where a channel leads. Raises NotSentError, naming the variable, where nothing says so."""
    address = channel.url or _secret(channel.address_env, "the channel's address")
    if not address:
        raise NotSentError(f'channel "{channel.name}": put its address into {channel.address_env} in the environment')
    return address


def _secret(env: str, what: str) -> str | None:
    return Credential(env, env, what, required=False).read()


def _apprise(address: str, key: str, text: Words) -> None:
    """Send by Apprise. Raises NotSentError with what it says, without the address, which holds passwords."""
    import apprise

    asset = apprise.AppriseAsset(
        async_mode=False, storage_mode=apprise.PersistentStoreMode.MEMORY, app_id="listening",
        app_desc="social listening", app_url="",
    )  # fmt: skip
    plugin = apprise.Apprise.instantiate(address, asset=asset, suppress_exceptions=True)
    if plugin is None:
        raise NotSentError("its address is none that Apprise knows: see https://github.com/caronc/apprise/wiki")
    headers = getattr(plugin, "headers", None)
    if isinstance(headers, dict):
        headers["X-Listening-Key"] = key  # by which a receiver sees that it came twice
    with _Heard() as heard:
        through = plugin.notify(title=text.title, body=text.body, body_format=apprise.NotifyFormat.TEXT)
    if not through:
        raise NotSentError(_without("; ".join(heard.said), address)[:300] or f"{plugin.service_name} did not take it")


class _Heard(logging.Handler):
    """Keeps what Apprise warns of in this thread, while it is open."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.thread, self.said = threading.get_ident(), list[str]()

    def emit(self, record: logging.LogRecord) -> None:
        if record.thread == self.thread:
            self.said.append(record.getMessage())

    def __enter__(self) -> Self:
        logging.getLogger("apprise").addHandler(self)
        return self

    def __exit__(self, *_: object) -> None:
        logging.getLogger("apprise").removeHandler(self)


def _without(said: str, address: str) -> str:
    """What Apprise said, without any part of the address that may be a password."""
    for part in sorted({address, *address.replace(":", "/").replace("@", "/").replace("?", "/").split("/")}, key=len):
        if len(part) > 5:
            said = said.replace(part, "***")
    return said
