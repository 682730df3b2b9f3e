"""Texts that want to do harm, in every field of a desk: does anything of them run, anywhere?

`python -m tests.hostile --count 1000` fills desks with them, opens every screen and every mention in Chromium, takes
everything away in every format, and prints what it found. Any finding is a failure.
"""
