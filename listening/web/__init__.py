"""The desk: the web page where people browse, triage and compare, over one SQLite file."""

from listening.web.app import application, serve

__all__ = ["application", "serve"]
