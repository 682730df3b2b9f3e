"""The roll-up by hour as SQL: counted at once, and kept up as mentions come and change. Copies count in it."""

from __future__ import annotations

COUNT_ALL = (
    "INSERT INTO hourly SELECT m.brand_id, substr(m.published, 1, 13), p.source_id, count(*), "
    "coalesce(sum(label = 'negative'), 0), count(label) FROM mentions m JOIN posts p ON p.id = m.post_id "
    "WHERE NOT m.shelved GROUP BY 1, 2, 3"
)
ADD_TO_HOUR = (
    "INSERT INTO hourly (brand_id, hour, source_id, mentions, negative, scored) VALUES (?, ?, ?, ?, ?, ?) "
    "ON CONFLICT DO UPDATE SET mentions = mentions + excluded.mentions, negative = negative + excluded.negative, "
    "scored = scored + excluded.scored"
)
