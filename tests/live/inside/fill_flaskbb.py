"""Fills and serves a FlaskBB board, in FlaskBB's own environment."""

import collections
import collections.abc

from told import ABOVE, DATA, GONE, PEOPLE, answer, main, topics

CONFIG = f"""
SECRET_KEY = WTF_CSRF_SECRET_KEY = "only for a test"
SQLALCHEMY_DATABASE_URI = "sqlite:///{DATA}/board.sqlite"
WHOOSHEE_DIR = "{DATA}/whoosh"
USE_DEFAULT_LOGGING = False
LOG_DEFAULT_CONF = {{"version": 1}}
CACHE_TYPE = "null"
RATELIMIT_ENABLED = REDIS_ENABLED = WHOOSHEE_ENABLE_INDEXING = False
"""

for moved in ("Mapping", "MutableMapping", "Callable", "Iterable"):  # FlaskBB is older than their new place
    setattr(collections, moved, getattr(collections.abc, moved))


def app():
    from flaskbb import create_app

    (DATA / "board.cfg").write_text(CONFIG)
    return create_app(config=str(DATA / "board.cfg"), instance_path=str(DATA / "instance"))


def fill():
    made = app()
    with made.test_request_context():
        from flaskbb.extensions import db
        from flaskbb.forum.models import Category, Forum
        from flaskbb.user.models import User
        from flaskbb.utils.populate import create_default_groups, create_default_settings, create_user

        db.create_all()
        create_default_groups()
        create_default_settings()
        people = {}
        for number, (name, signature) in enumerate(PEOPLE.items()):
            people[name] = create_user(name, "x", f"u{number}@example.com", "member" if number else "admin")
            people[name].signature = signature
        above = Category(title=ABOVE, position=1).save()
        forums, rows = {}, []
        for topic in topics():
            if topic["forum"] not in forums:
                forums[topic["forum"]] = Forum(
                    title=topic["forum"], description="", category_id=above.id, position=len(forums)
                )
                forums[topic["forum"]].save()
            rows += write(topic, people, forums[topic["forum"]])
        for forum in forums.values():
            forum.recalculate()
            forum.update_last_post()
        Forum(
            title="Elsewhere", description="", external="https://acme.example/forum/1", category_id=above.id, position=9
        ).save()
        db.session.commit()
        gone = User.query.filter_by(username=GONE).one()
        gone.delete()
        answer(rows)


def write(topic, people, forum):
    from flaskbb.extensions import db
    from flaskbb.forum.models import Post, Topic

    first, *others = topic["posts"]
    made, opener = Topic(title=topic["title"]), Post(content=first["text"])
    made.save(user=people[first["author"]], forum=forum, post=opener)
    yield aged(opener, first)
    for post in others:
        reply = Post(content=post["text"])
        reply.save(user=people[post["author"]], topic=made)
        yield aged(reply, post)
    made.important, made.locked = topic["pinned"], topic["closed"]
    made.date_created, made.last_updated = first["at"], topic["posts"][-1]["at"]
    db.session.commit()


def aged(made, post):
    """Written when it was, and not now."""
    made.date_created = post["at"]
    if post["edited"]:
        made.date_modified, made.modified_by = post["edited"], post["author"]
    return made.id, f"post/{made.id}"


def add():
    with app().test_request_context():
        from flaskbb.extensions import db
        from flaskbb.forum.models import Post, Topic
        from flaskbb.user.models import User

        (topic,) = topics()
        (post,) = topic["posts"]
        reply, found = Post(content=post["text"]), Topic.query.filter_by(title=topic["title"]).one()
        reply.save(user=User.query.filter_by(username=post["author"]).one(), topic=found)
        row = aged(reply, post)
        found.last_updated = found.forum.last_post_created = post["at"]
        db.session.commit()
        answer([row])


def serve(port):
    app().run("127.0.0.1", port, threaded=True)


main(fill=fill, add=add, serve=serve)
