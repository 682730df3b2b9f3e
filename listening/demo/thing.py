"""Reddit's things as its API writes them: submissions (t3), comments (t1) and subreddits (t5)."""

from __future__ import annotations

import re
from typing import Any
from zlib import crc32

from listening.demo.corpus import Comment, Saying, Submission
from listening.demo.markup import markdown_html
from listening.demo.story import base36

Data = dict[str, Any]
Thing = Submission | Comment


def permalink(submission: Submission, comment: Comment | None = None) -> str:
    """Return the path of a submission, or of one of its comments."""
    slug = re.sub(r"\W+", "_", submission.title.lower(), flags=re.ASCII)[:50].strip("_")
    path = f"/r/{submission.subreddit}/comments/{submission.name[3:]}/{slug}/"
    return path + (f"{comment.name[3:]}/" if comment else "")


def html(saying: Saying) -> str:
    """Return the text as Reddit renders it."""
    return f'<div class="md">{markdown_html(saying.text)}\n</div>'


def fenced(saying: Saying) -> str:
    """Return the text as Reddit renders it for submissions and feeds."""
    return f"<!-- SC_OFF -->{html(saying)}<!-- SC_ON -->"


def submission_thing(submission: Submission, root: str) -> Data:
    """Return a submission; `root` is the site's address, as in "http://127.0.0.1:8000"."""
    path = permalink(submission)
    data: Data = {
        **_common(submission, submission, submission.score),
        "title": submission.title,
        "selftext": submission.text,
        "selftext_html": fenced(submission),
        "permalink": path,
        "url": root + path,
        "domain": f"self.{submission.subreddit}",
        "is_self": True,
        "is_video": False,
        "link_flair_text": submission.flair or None,
        "num_comments": len(submission.comments),
        "num_crossposts": 0,
        "over_18": False,
        "pinned": False,
        "post_hint": None,
        "removed_by_category": None,
        "spoiler": False,
        "subreddit_subscribers": _subscribers(submission.subreddit),
        "thumbnail": "self",
        "upvote_ratio": 0.9,
        "view_count": None,
    }
    return {"kind": "t3", "data": data}


def comment_thing(comment: Comment, submission: Submission, root: str) -> Data:
    """Return a comment as listings of a subreddit's comments hold it, with what it says of its submission."""
    path = permalink(submission)
    data: Data = {
        **_common(comment, submission, comment.score),
        "body": comment.text,
        "body_html": html(comment),
        "parent_id": comment.parent,
        "link_id": submission.name,
        "link_title": submission.title,
        "link_author": submission.author,
        "link_permalink": root + path,
        "link_url": root + path,
        "permalink": permalink(submission, comment),
        "controversiality": 0,
        "collapsed": False,
        "is_submitter": comment.author == submission.author,
        "num_comments": len(submission.comments),
        "over_18": False,
        "replies": "",
        "score_hidden": False,
    }
    return {"kind": "t1", "data": data}


def subreddit_thing(name: str) -> Data:
    """Return what Reddit says about a subreddit."""
    data: Data = {
        "id": _subreddit_id(name)[3:],
        "name": _subreddit_id(name),
        "display_name": name,
        "display_name_prefixed": f"r/{name}",
        "title": name,
        "public_description": "",
        "description": "",
        "subscribers": _subscribers(name),
        "created_utc": 1262304000.0,
        "lang": "en",
        "over18": False,
        "subreddit_type": "public",
        "url": f"/r/{name}/",
    }
    return {"kind": "t5", "data": data}


def _common(thing: Thing, submission: Submission, score: int) -> Data:
    """Return the fields that submissions and comments share."""
    name = submission.subreddit
    return {
        "id": thing.name[3:],
        "name": thing.name,
        "author": thing.author,
        "author_fullname": "t2_" + base36(crc32(thing.author.encode())),
        "author_flair_text": None,
        "archived": False,
        "created": thing.written.timestamp(),
        "created_utc": thing.written.timestamp(),
        "distinguished": "moderator" if thing.author == "AutoModerator" else None,
        "downs": 0,
        "edited": thing.edited.timestamp() if thing.edited else False,
        "gilded": 0,
        "likes": None,
        "locked": False,
        "saved": False,
        "score": score,
        "stickied": False,
        "subreddit": name,
        "subreddit_id": _subreddit_id(name),
        "subreddit_name_prefixed": f"r/{name}",
        "subreddit_type": "public",
        "total_awards_received": 0,
        "ups": score,
    }


def _subreddit_id(name: str) -> str:
    return "t5_2" + base36(crc32(name.lower().encode()) % 36**4)


def _subscribers(name: str) -> int:
    return 40_000 + crc32(name.lower().encode()) % 400_000
