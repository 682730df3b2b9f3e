"""Bundled demo: an invented corpus about three invented brands, and the loopback sites that publish it."""
