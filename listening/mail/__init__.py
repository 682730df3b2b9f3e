"""Mails as posts, wherever they are read: mbox files, folders, accounts."""

from listening.mail.message import read_mail

__all__ = ["read_mail"]
