"""Lists of mentions, and one mention, for programs."""

from __future__ import annotations

from listening.store import OUTCOMES, STATUSES
from listening.store.inbox_filter import ORDERS, QUEUES
from listening.web.api import mention as shape
from listening.web.api.endpoint import Call, Endpoint, Param

_FEELINGS = ("negative", "neutral", "positive", "unscored")
FILTERS = (
    Param("q", 'A query in the whole query language: `refund* OR "late again" NOT pie`.'),
    Param("brand", "Of these brands.", many=True),
    Param("source", "Of these sources.", many=True),
    Param("sentiment", "With this feeling.", choices=_FEELINGS),
    Param("intent", "Written for one of these reasons: complaint, praise, question, ...", many=True),
    Param("status", "With one of these states; `open` is new and in progress.", choices=("open", *STATUSES), many=True),
    Param("assignee", "Whose; `-` for those that are nobody's."),
    Param("tag", "With this tag."),
    Param("since", "Published since: `2026-11-01`, `2026-11-01T09:30:00Z`, or an age such as `7d`."),
    Param("until", "Published before; days count to their end."),
    Param("urgency", "At least so urgent.", "integer"),
    Param("noted", "1: with a note.", choices=("0", "1")),
    Param("person", "By these authors, by number.", "integer", many=True),
    Param("aspect", "That speak of this side of a brand."),
    Param("aspect_sentiment", "And feel so toward it.", choices=_FEELINGS),
    Param("outcome", "What became of it.", choices=OUTCOMES),
    Param("cluster", "That say the same, by number.", "integer"),
    Param("queue", "Of one of the queues.", choices=QUEUES),
    Param("shelf", "1: those that are probably not about the brand, instead of the others.", choices=("0", "1")),
    Param("copies", "1: also those that only repeat another.", choices=("0", "1")),
    Param("order", "What comes first.", choices=ORDERS, default=ORDERS[0]),
)
PAGE = (
    Param("limit", "How many.", "integer", least=1, most=200, default=50),
    Param("cursor", "`next` of the page before, with the same filters: nothing moves, is missed or comes twice."),
)


def list_mentions(call: Call) -> shape.Mentions:
    """A page of a list."""
    wanted, limit = call.asked(), call.number("limit")
    found = call.store.page(
        wanted.where, now=call.now, order=wanted.order, after=call.text("cursor"), limit=limit, scope=call.scope
    )
    pushed = call.store.campaigns((card.cluster for card in found.cards), call.scope)
    mentions = [shape.mention(card, pushed.get(card.cluster or 0, ())) for card in found.cards]
    return shape.Mentions(mentions=mentions, next=found.after or None)


def count_mentions(call: Call) -> shape.Count:
    """How long a list is."""
    found = call.store.count(call.asked().where, scope=call.scope)
    return shape.Count(mentions=found.mentions, more=found.more)


def get_mention(call: Call) -> shape.Whole:
    """One mention."""
    ident = call.ident("mention")
    cards = [card for card in call.store.cards([ident], call.now) if card.source not in call.scope.hidden]
    if not cards:
        raise call.missing("that mention is not there (any more).")
    card = cards[0]
    campaign = call.store.campaigns([card.cluster], call.scope).get(card.cluster or 0, ())
    return shape.Whole(
        mention=shape.mention(card, campaign), why=shape.why(card),
        thread=shape.context(call.store.thread(card.post_id, scope=call.scope)),
        notes=[shape.written(note) for note in call.store.notes(ident)],
        history=[shape.done(act) for act in call.store.history(ident)],
    )  # fmt: skip


ENDPOINTS = (
    Endpoint(
        "/mentions", list_mentions, shape.Mentions, "Mentions that pass filters, page by page.",
        params=(*FILTERS, *PAGE), example="status=open&order=urgent&limit=10",
    ),
    Endpoint(
        "/mentions/count", count_mentions, shape.Count, "How many mentions pass filters, counted up to 1,000 or so.",
        params=FILTERS, example="sentiment=negative&since=7d",
    ),
    Endpoint(
        "/mentions/{mention}", get_mention, shape.Whole, "One mention with its reasons, thread, notes and history."
    ),
)  # fmt: skip
