"""Fills and serves a Spirit board, in Spirit's own environment."""

import os
import re
import sys

from told import ABOVE, DATA, PEOPLE, answer, main, topics

sys.path.insert(0, str(DATA))
SETTINGS = f"""
from spirit.extra.project_template.project_name.settings.base import *
SECRET_KEY = "only for a test"
DEBUG = False
ALLOWED_HOSTS = ["*"]
WSGI_APPLICATION = None
ROOT_URLCONF = "live_urls"
DATABASES = {{"default": {{"ENGINE": "django.db.backends.sqlite3", "NAME": "{DATA}/board.sqlite"}}}}
HAYSTACK_CONNECTIONS = {{"default": {{"ENGINE": "haystack.backends.simple_backend.SimpleEngine"}}}}
HAYSTACK_SIGNAL_PROCESSOR = "haystack.signals.BaseSignalProcessor"
LANGUAGE_CODE = "de"
LANGUAGES = [("de", "Deutsch")]
TIME_ZONE = "Europe/Berlin"
ST_SITE_URL = "http://127.0.0.1/"
ST_TASK_MANAGER = None
"""
URLS = 'from django.urls import include, path\nurlpatterns = [path("", include("spirit.urls"))]\n'


def begin():
    (DATA / "live_settings.py").write_text(SETTINGS)
    (DATA / "live_urls.py").write_text(URLS)
    os.environ["DJANGO_SETTINGS_MODULE"] = "live_settings"
    import django

    django.setup()


def fill():
    begin()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    call_command("createcachetable", verbosity=0)
    from django.contrib.auth import get_user_model
    from spirit.category.models import Category

    people = {}
    for number, name in enumerate(PEOPLE):
        account = re.sub(r"\W", "", name)
        people[name] = get_user_model().objects.create_user(account, f"u{number}@example.com", "x")
        people[name].st.nickname = name
        people[name].st.save()
    above = Category.objects.create(title=ABOVE)
    forums, found = {}, topics()
    for topic in found:
        if topic["forum"] not in forums:
            forums[topic["forum"]] = Category.objects.create(title=topic["forum"], parent=above)
    answer(row for topic in found for row in write(topic, people, forums))


def write(topic, people, forums):
    from spirit.comment.models import Comment
    from spirit.topic.models import Topic

    posts = topic["posts"]
    made = Topic.objects.create(
        user=people[posts[0]["author"]], category=forums[topic["forum"]], title=topic["title"], date=posts[0]["at"],
        is_pinned=topic["pinned"], is_closed=topic["closed"],
    )  # fmt: skip
    for post in posts:
        comment = say(made, people[post["author"]], post)
        yield comment.pk, f"comment/{comment.pk}/find/"
    if topic["closed"]:
        Comment.create_moderation_action(user=people["mia"], topic=made, action=Comment.CLOSED)
        Comment.objects.create(user=people["mia"], topic=made, comment="gone", comment_html="gone", is_removed=True)


def say(topic, author, post):
    from spirit.comment.models import Comment
    from spirit.comment.tags import post_render_comment  # noqa: F401 - makes the tag known
    from spirit.core.utils.markdown import Markdown
    from spirit.topic.models import Topic

    comment = Comment.objects.create(
        user=author, topic=topic, comment=post["text"], comment_html=Markdown().render(post["text"]), date=post["at"],
        is_modified=bool(post["edited"]), modified_count=int(bool(post["edited"])),
    )  # fmt: skip
    Topic.objects.filter(pk=topic.pk).update(last_active=post["at"], comment_count=topic.comment_set.count())
    return comment


def add():
    begin()
    from django.contrib.auth import get_user_model
    from spirit.topic.models import Topic

    (topic,) = topics()
    (post,) = topic["posts"]
    author = get_user_model().objects.get(st__nickname=post["author"])
    comment = say(Topic.objects.get(title=topic["title"]), author, post)
    answer([(comment.pk, f"comment/{comment.pk}/find/")])


def serve(port):
    begin()
    from django.core.management import call_command

    call_command("runserver", f"127.0.0.1:{port}", use_reloader=False, use_threading=True)


main(fill=fill, add=add, serve=serve)
