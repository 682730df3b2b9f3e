"""The questions people ask first, as SQL for whoever opens the file itself; :names are asked for."""

from __future__ import annotations

# Only column names of ours are put into these; what people type is bound.
_MENTION = "date, brand, sentiment, sentiment_score, intents, title, full_text, author, source, url, mention_id"

_ONCE = (  # the daily figures without those that only repeat another mention
    "with once as (select brand_id, day, mentions, negative, neutral, positive from daily union all select brand_id, "
    "substr(published, 1, 10), -1, -(label is 'negative'), -(label is 'neutral'), -(label is 'positive') from mentions "
    "where copy = 1 and not shelved)"
)

QUERIES: dict[str, dict[str, str]] = {
    "newest": {
        "title": "Newest mentions",
        "description": "What was said last, all brands or one (leave brand empty for all).",
        "sql": (
            f"select {_MENTION} from mention_list where not shelved and :brand in ('', brand) "
            "order by date desc limit 200"
        ),
    },
    "most_negative": {
        "title": "Most negative mentions",
        "description": "Where it hurts, sharpest first, from a day on.",
        "sql": (
            f"select {_MENTION} from mention_list where not shelved and :brand in ('', brand) and date >= :since "
            "and sentiment = 'negative' order by sentiment_score limit 200"
        ),
    },
    "per_day": {
        "title": "Per brand and day",
        "description": "Volume and feeling by day (UTC) without copies. Net sentiment: (positive - negative) / scored.",
        "sql": (
            f"{_ONCE} select d.day, b.name as brand, sum(d.mentions) as mentions, sum(negative) as negative, "
            "sum(neutral) as neutral, sum(positive) as positive, round((sum(positive) - sum(negative)) * 1.0 / "
            "nullif(sum(negative + neutral + positive), 0), 3) as net_sentiment from once d "
            "join brands b on b.id = d.brand_id where :brand in ('', b.name) group by 1, 2 order by 1 desc, 2"
        ),
    },
    "share_of_voice": {
        "title": "Share of voice",
        "description": "How much of all that is said is said of each brand, from a day on; copies left out.",
        "sql": (
            f"{_ONCE}, counted as (select b.name as brand, b.ours, sum(d.mentions) as mentions from once d "
            "join brands b on b.id = d.brand_id where d.day >= :since group by 1) select brand, ours, mentions, "
            "round(100.0 * mentions / sum(mentions) over (), 1) as percent from counted order by mentions desc"
        ),
    },
    "authors": {
        "title": "Authors",
        "description": "Who speaks of a brand most, and how they feel about it.",
        "sql": (
            "select author, brand, count(*) as mentions, round(avg(sentiment_score), 3) as feeling, "
            "min(date) as first_seen, max(date) as last_seen, count(distinct source) as sources from mention_list "
            "where author is not null and not shelved and :brand in ('', brand) group by 1, 2 "
            "order by mentions desc limit 200"
        ),
    },
    "search": {
        "title": "Search",
        "description": 'Full-text search of what was said: words, "phrases", OR, NOT, NEAR(a b, 5).',
        "sql": (
            f"select {_MENTION} from mention_list where post_id in "
            "(select rowid from posts_fts where posts_fts match :words) order by date desc limit 200"
        ),
    },
}
