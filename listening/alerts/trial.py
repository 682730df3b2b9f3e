"""A test of a channel: one message, sent at once, and what became of it."""

from __future__ import annotations

import secrets
from datetime import datetime

from listening.alerts.deliver import Courier, address_of
from listening.config import Channel, Config
from listening.errors import ListeningError
from listening.store import Outgoing, Store


def send_test(config: Config, channel: Channel, store: Store, now: datetime) -> None:
    """Send a test to a channel, now. Raises ListeningError, saying why, where it does not get through."""
    address_of(channel)  # says what is missing before anything is written
    key = secrets.token_hex(16)
    store.put_message(Outgoing(key, f"test:{key}", "", "test", now, now))  # no worker takes it
    itself = {"name": f"test:{key}", "url_env": channel.address_env, "secret_env": channel.signing_env}
    Courier(config, channel.model_copy(update=itself), store).deliver()
    message = next(each for each in store.messages(open_only=False, limit=100) if each.key == key)
    if message.sent is None:
        store.drop_messages([message.id])
        raise ListeningError(f'channel "{channel.name}": {message.error}')
