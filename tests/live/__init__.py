"""Real board software from its registries, filled with posts that we know, crawled by the real spider, and compared."""

from __future__ import annotations

from tests.live.flaskbb import FlaskBB
from tests.live.hyperkitty import HyperKitty
from tests.live.spirit import Spirit

SOFTWARE = {software.name: software for software in (FlaskBB, HyperKitty, Spirit)}
