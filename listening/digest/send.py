"""Handing mails to the server that the config names."""

from __future__ import annotations

import os
import smtplib
import ssl
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from email.message import EmailMessage

from listening.config.digests import Mail
from listening.errors import ListeningError
from listening.source import Credential

PASSWORD = Credential("password", "LISTENING_MAIL_PASSWORD", "Of the account on the mail server.", required=False)
_TIMEOUT = 30.0  # seconds


class PostError(ListeningError):
    """A mail that the server did not take; it says so without what was in it."""


def sender(mail: Mail) -> str:
    """From whom mails come. Raises ListeningError where nothing says so."""
    if not mail.host:
        raise ListeningError(
            'listening.toml, [mail], key "host": is missing: name the server that digests are sent by.'
        )
    found = mail.sender or (mail.user if "@" in mail.user else "")
    if not found:
        raise ListeningError(
            'listening.toml, [mail], key "sender": is missing: write the address that digests come from.'
        )
    return found


@contextmanager
def server(mail: Mail, environ: Mapping[str, str] = os.environ) -> Iterator[smtplib.SMTP]:
    """A connection, encrypted and signed in as the config says. Raises PostError where that fails."""
    context = ssl.create_default_context()
    try:
        if mail.security == "tls":
            found: smtplib.SMTP = smtplib.SMTP_SSL(mail.host, mail.port, timeout=_TIMEOUT, context=context)
        else:
            found = smtplib.SMTP(mail.host, mail.port, timeout=_TIMEOUT)
        with found:
            if mail.security == "starttls":
                found.starttls(context=context)
            if mail.user:
                found.login(mail.user, PASSWORD.read(environ) or "")
            yield found
    except smtplib.SMTPResponseException as error:
        raise PostError(f"{mail.host} answered {error.smtp_code}: {_reason(error.smtp_error)}") from None
    except smtplib.SMTPRecipientsRefused:
        raise PostError(f"{mail.host} does not take mail for this address") from None
    except (smtplib.SMTPException, OSError) as error:
        raise PostError(f"{mail.host}:{mail.port} cannot be used ({type(error).__name__}: {error})") from None


def deliver(mail: Mail, what: EmailMessage, environ: Mapping[str, str] = os.environ) -> None:
    """Hand one mail over. Raises PostError where the server does not take it."""
    with server(mail, environ) as connection:
        connection.send_message(what)


def _reason(said: bytes | str) -> str:
    text = said.decode("utf-8", "replace") if isinstance(said, bytes) else said
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())[:200]
