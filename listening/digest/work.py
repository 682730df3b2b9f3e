"""Sending digests when they are due: each slot once to each reader, tried again where the server fails."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from listening.config import Config
from listening.config.digests import Digest
from listening.digest.extract import Extract, extract, view_of
from listening.digest.letter import Letter, letter
from listening.digest.mail import message
from listening.digest.send import deliver, sender
from listening.digest.slot import Slot, last_slot, slot_of
from listening.errors import ListeningError
from listening.store import Scope, Store
from pipelines.intents import names

_PAUSE = 20.0  # seconds from one look at the clock to the next


def work(config: Config, stop: threading.Event, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
    """Send what is due until told to stop; a failing server is no reason to end."""
    with Store(config.database) as store:
        store.use_zone(config.settings.time_zone)
        while not stop.is_set():
            send_due(config, store, now())
            stop.wait(_PAUSE)


def send_due(config: Config, store: Store, now: datetime) -> int:
    """Queue the slots that are due and send what waits; returns how many mails were sent.

    A letter is marked as sent right after the server took it, so that being killed in between repeats at most that one,
    with the same Message-ID. What was due more than three days ago is not made up for.
    """
    known = {digest.name: digest for digest in config.settings.digest if digest.enabled}
    for digest in known.values():
        slot = last_slot(digest, now, ZoneInfo(config.settings.time_zone))
        store.queue_letters(digest.name, slot.key, list(digest.to), slot.due, now)
    sent = 0
    made: dict[tuple[str, str], Letter | Extract] = {}
    for waiting in store.waiting_letters(now):
        current = known.get(waiting.digest)
        if current is None or waiting.reader not in current.to:
            continue
        try:
            key = (waiting.digest, waiting.slot)
            if key not in made:
                made[key] = gathered(config, store, current, _slot(config, current, waiting.slot), now)
            send(config, store, current, made[key], waiting.reader, waiting.slot)
        except ListeningError as error:
            store.letter_failed(waiting.id, str(error), now)
        else:
            store.letter_sent(waiting.id, now)
            sent += 1
    return sent


def gathered(
    config: Config, store: Store, digest: Digest, slot: Slot, now: datetime, scope: Scope | None = None
) -> Letter | Extract:
    """What a digest says of a slot; `scope` may allow less than the digest does.

    Raises ListeningError where its brand or its view is none.
    """
    if digest.view:
        allowed = scope or scope_of(config, digest)
        return extract(store, digest, slot.days, allowed, now, names(config.folder))
    return letter(store, digest, brand_of(config, digest), slot.days, scope or scope_of(config, digest), now)


def send(
    config: Config,
    store: Store,
    digest: Digest,
    what: Letter | Extract,
    reader: str,
    slot: str,
    scope: Scope | None = None,
) -> None:
    """Mail a digest to one reader. Raises ListeningError where it cannot be."""
    ident = hashlib.sha256(f"{digest.name}\n{slot}\n{reader}".encode()).hexdigest()[:32]
    mail = config.settings.mail
    deliver(mail, message(store, what, sender(mail), reader, ident, scope or scope_of(config, digest), csv=digest.csv))


def about_of(config: Config, store: Store, digest: Digest) -> str:
    """The brand or the saved view that a digest is of. Raises ListeningError where there is no such one."""
    return view_of(store, digest).name if digest.view else brand_of(config, digest)


def brand_of(config: Config, digest: Digest) -> str:
    """The brand that a digest is of. Raises ListeningError where there is no such one."""
    if digest.brand:
        for brand in config.brands:
            if brand.name.casefold() == digest.brand.casefold():
                return brand.name
        raise ListeningError(
            f'listening.toml, digest "{digest.name}", key "brand": there is no brand "{digest.brand}".'
        )
    ours = [brand.name for brand in config.brands if brand.ours] or [brand.name for brand in config.brands]
    if not ours:
        raise ListeningError(f'listening.toml, digest "{digest.name}": there is no brand in brands.toml yet.')
    return ours[0]


def scope_of(config: Config, digest: Digest) -> Scope:
    """What a digest may tell: nothing of private sources, unless it says so."""
    if digest.private:
        return Scope()
    return Scope(frozenset(source.name for source in config.sources if source.private))


def _slot(config: Config, digest: Digest, key: str) -> Slot:
    zone = ZoneInfo(config.settings.time_zone)
    every, _, first = key.partition(" ")
    return slot_of(digest.model_copy(update={"every": every}), first, zone)
