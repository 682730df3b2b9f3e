"""What must never be written down: credentials in addresses, headers and query parameters."""

from __future__ import annotations

import logging
import re
from typing import Any

_MASK = "***"
_USERINFO = re.compile(r"\b([a-z][a-z0-9+.-]{0,20}://)[^/?#\s]*@", re.IGNORECASE)
# A parameter is secret by the last word of its name: `api_key`, `accessToken`, `X-Amz-Signature`, a private `feed`.
_PARAMETER = re.compile(
    r"(?<![\w.\-\[\]%])([\w.\-\[\]%]*"
    r"(?:token|key|secret|password|passwd|pwd|pass|auth|authorization|signature|sig|session|sessid|sid|credential|jwt"
    r"|feed|code|ticket)(?:\[\]|%5b%5d)?)=[^&;#\s\"'<>]+",
    re.IGNORECASE,
)
_HEADER = re.compile(
    r"\b((?:proxy-)?authorization|(?:set-)?cookie|x-api-key|api-key)\b(b?['\"]?\s*[:=]\s*)[^\r\n]+", re.IGNORECASE
)
_BEARER = re.compile(r"\b(bearer\s+)[\w.~+/=-]{8,}", re.IGNORECASE)


def redact(text: str) -> str:
    """The text with every secret masked: passwords in addresses, secret parameters, authorization and cookie headers.

    Takes a URL, a log line or a whole traceback. Other parts stay as they are, so that a page can still be found.
    """
    text = _USERINFO.sub(rf"\g<1>{_MASK}@", text)
    text = _PARAMETER.sub(rf"\g<1>={_MASK}", text)
    text = _HEADER.sub(rf"\g<1>\g<2>{_MASK}", text)
    return _BEARER.sub(rf"\g<1>{_MASK}", text)


class RedactedRecord(logging.LogRecord):
    """A log record that holds no secret in its message or its traceback, whichever handler writes it."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        try:
            self.msg, self.args = redact(super().getMessage()), ()
        except (TypeError, ValueError):  # arguments that do not fit their message: logging reports that itself
            return
        if self.exc_info and self.exc_info[0] is not None:
            # Formatters print `exc_text` where there is one; without `exc_info` none can format it anew.
            self.exc_text = redact(logging.Formatter().formatException(self.exc_info))
            self.exc_info = None


def redact_logs() -> None:
    """Mask secrets in everything that this process logs from now on."""
    logging.setLogRecordFactory(RedactedRecord)
