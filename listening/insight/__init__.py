"""Figures that teams decide by, with how sure they are."""
