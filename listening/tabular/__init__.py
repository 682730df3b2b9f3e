"""Exports that hold one post in each row, CSV and JSONL, of any size."""
