"""Fills and serves a HyperKitty archive, in HyperKitty's own environment."""

import os
import sys
from datetime import timedelta, timezone
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime

from told import DATA, PEOPLE, answer, main, topics

sys.path.insert(0, str(DATA))
SETTINGS = f"""
from mailman_web.settings.base import *
from mailman_web.settings.mailman import *
SECRET_KEY = "only for a test"
DEBUG = False
ALLOWED_HOSTS = ["*"]
DATABASES = {{"default": {{"ENGINE": "django.db.backends.sqlite3", "NAME": "{DATA}/board.sqlite"}}}}
HAYSTACK_CONNECTIONS = {{"default": {{"ENGINE": "haystack.backends.simple_backend.SimpleEngine"}}}}
HAYSTACK_SIGNAL_PROCESSOR = "haystack.signals.BaseSignalProcessor"
COMPRESS_ENABLED = False
COMPRESS_PRECOMPILERS = ()
Q_CLUSTER = {{"timeout": 60, "retry": 90, "orm": "default", "sync": True}}
LANGUAGE_CODE = "fr"
LANGUAGES = [("fr", "Français")]
TIME_ZONE = "America/New_York"
STATIC_ROOT = "{DATA}/static"
CACHES = {{"default": {{"BACKEND": "django.core.cache.backends.dummy.DummyCache"}}}}
LOGGING = {{"version": 1}}
MAILMAN_REST_API_URL = "http://127.0.0.1:1"
SITE_ID = 1
HYPERKITTY_BATCH_MODE = True
HYPERKITTY_ENABLE_GRAVATAR = False
"""


def begin():
    (DATA / "live_settings.py").write_text(SETTINGS)
    os.environ["DJANGO_SETTINGS_MODULE"] = "live_settings"
    import django

    django.setup()


def address(forum):
    """The list that a forum is."""
    return f"{''.join(letter for letter in forum.lower() if letter.isascii() and letter.isalpha())}@lists.acme.example"


def fill():
    begin()
    from django.core.management import call_command
    from hyperkitty.models import MailingList

    call_command("migrate", verbosity=0)
    rows = []
    for topic in topics():
        name = address(topic["forum"])
        MailingList.objects.get_or_create(
            name=name, list_id=name.replace("@", "."), display_name=topic["forum"], archive_policy=2,
            subject_prefix="[talk] ",
        )  # fmt: skip
        opener = None
        for post in topic["posts"]:
            opener = opener or post
            rows.append(sent(name, topic["title"], post, opener))
    settle()
    answer(rows)


def sent(name, title, post, opener):
    """A mail that comes in."""
    from hyperkitty.lib.incoming import add_to_list

    mail = EmailMessage()
    number = [*PEOPLE].index(post["author"])
    mail["From"] = Address(post["author"], f"person{number}", "people.example")
    mail["To"] = name
    mail["Date"] = format_datetime(post["at"].astimezone(timezone(timedelta(hours=(number * 5) % 23 - 9))))
    mail["Subject"] = f"[talk] {title}" if post is opener else f"Re: [talk] {title}"
    mail["Message-ID"] = message_id(post)
    if post is not opener:
        mail["In-Reply-To"] = message_id(opener)
    mail.set_content(post["text"] + (f"\n\n-- \n{PEOPLE[post['author']]}\n" if PEOPLE[post["author"]] else "\n"))
    if post["edited"]:
        mail.add_attachment("a drawing", filename="anvil.txt")
    found = add_to_list(name, mail)
    return found, f"list/{name}/message/{found}/"


def message_id(post):
    return f"<{post['at']:%Y%m%d%H%M%S}.{[*PEOPLE].index(post['author'])}@people.example>"


def settle():
    """What is left to be done by workers."""
    from hyperkitty.lib.analysis import compute_thread_order_and_depth
    from hyperkitty.models import Thread

    for thread in Thread.objects.all():
        compute_thread_order_and_depth(thread)


def add():
    begin()
    from hyperkitty.models import Email

    (topic,) = topics()
    (post,) = topic["posts"]
    first = Email.objects.filter(subject=f"[talk] {topic['title']}").earliest("date")
    opener = {"at": first.date, "author": first.sender_name}
    row = sent(address(topic["forum"]), topic["title"], post, opener)
    settle()
    answer([row])


def serve(port):
    begin()
    from django.core.management import call_command

    call_command("runserver", f"127.0.0.1:{port}", use_reloader=False, use_threading=True)


main(fill=fill, add=add, serve=serve)
