"""The API for programs, /api/v1: every route and field is declared once, and the document comes from that."""

from listening.web.api.routes import SCREEN

__all__ = ["SCREEN"]
