"""Digests: mails that say what changed in a day, a week or a month, sent once each."""

from listening.digest.work import work

__all__ = ["work"]
