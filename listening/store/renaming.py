"""Another name for a brand: everything that was heard, learnt and typed goes on under it."""

from __future__ import annotations

from urllib.parse import parse_qsl, urlencode

from listening.store.connection import Connection

_USED = "SELECT 1 FROM mentions WHERE brand_id = :brand UNION ALL SELECT 1 FROM labels WHERE brand_id = :brand LIMIT 1"


class Renaming(Connection):
    """What a changed name in brands.toml asks for."""

    def rename_brand(self, old: str, new: str) -> bool:
        """Let a brand's mentions, labels, models, alarms and the views that choose it go on under another name.

        False, and nothing is done, where nothing is known of the old name, or mentions stand under the new one already.
        """
        with self.writing() as conn:
            known = dict(conn.execute("SELECT name, id FROM brands WHERE name IN (?, ?)", [old, new]).fetchall())
            if old not in known or (new in known and conn.execute(_USED, {"brand": known[new]}).fetchone()):
                return False
            conn.execute("DELETE FROM brands WHERE name = ?", [new])
            conn.execute("UPDATE brands SET name = ? WHERE name = ?", [new, old])
            conn.execute("UPDATE OR REPLACE models SET brand = ? WHERE brand = ?", [new, old])
            conn.execute(  # a series of a brand begins with its name
                "UPDATE OR IGNORE incidents SET brand = :new, series = CASE substr(series, 1, length(:old)) "
                "WHEN :old THEN :new || substr(series, length(:old) + 1) ELSE series END WHERE brand = :old",
                {"old": old, "new": new},
            )
            views = conn.execute("SELECT id, filters FROM views").fetchall()
            changed = [(_renamed(filters, old, new), ident) for ident, filters in views]
            conn.executemany("UPDATE views SET filters = ?1 WHERE id = ?2 AND filters <> ?1", changed)
        return True


def _renamed(filters: str, old: str, new: str) -> str:
    pairs = parse_qsl(filters, keep_blank_values=True)
    if ("brand", old) not in pairs:
        return filters
    return urlencode([(key, new if (key, value) == ("brand", old) else value) for key, value in pairs])
