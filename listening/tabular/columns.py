"""Which column of an export holds which field of a post, by the names that exports usually give them."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache

_DEPTH, _KEYS = 4, 1000  # of an object's keys, those that are looked at

# Names are compared without case, accents, spaces and marks, so that "Created At", "created_at" and, in JSON,
# "created.at" are one. The earlier name wins. No name stands for two fields.
NAMES: dict[str, tuple[str, ...]] = {
    field: tuple(names.split())
    for field, names in {
        "text": """
            text body message content comment review reviewtext reviewbody reviewcontent commenttext messagetext
            fulltext selftext comments feedback verbatim answer response opinion description
            inhalt nachricht kommentar kommentare bewertungstext rezension beitrag meinung ruckmeldung antwort
            texto contenido mensaje comentario comentarios resena respuesta
            texte contenu commentaire commentaires avis reponse""",
        "title": """
            title subject headline reviewtitle subjectline summary
            titel betreff uberschrift ueberschrift titulo asunto titre objet sujet""",
        "author": """
            author name from user username authorname reviewer reviewername customer customername nickname screenname
            displayname userdisplayname userscreenname sender writer by
            autor verfasser benutzer benutzername absender kunde kundenname von
            usuario nombre remitente cliente auteur utilisateur nom expediteur client pseudo""",
        "author_id": "authorid userid customerid reviewerid handle email useremail authoremail emailaddress mail",
        "date": """
            date created createdat timestamp time datetime published publishedat posted postedat submitted submittedat
            reviewdate commentdate reviewsubmitdateandtime creationdate createddate datecreated createdtime createdutc
            sent sentat at
            datum erstellt erstelltam zeitpunkt zeitstempel veroffentlicht veroeffentlicht gesendet gesendetam
            fecha creado publicado enviado fechadecreacion datedecreation datedepublication horodatage publie""",
        "edited": "edited editedat updated updatedat modified modifiedat lastmodified geandert aktualisiert",
        "id": "id guid uuid postid reviewid commentid messageid responseid tweetid idstr kennung identifiant",
        "url": "url link permalink posturl reviewurl reviewlink commenturl weblink href enlace lien",
        "rating": """
            rating stars starrating reviewrating ratingvalue bewertung sterne
            puntuacion estrellas calificacion valoracion note etoiles""",
        "language": "language lang locale reviewlanguage reviewerlanguage sprache idioma langue",
        "thread": """
            thread threadid topic topicid conversation conversationid discussion discussionid ticket ticketid caseid
            thema tema hilo fil""",
        "reply_to": "replytoid inreplyto inreplytoid parent parentid",
        "channel": """
            channel forum category subreddit board product productname app store
            kanal kategorie produkt canal categoria producto categorie produit""",
        "likes": "likes likecount upvotes ups thumbsup thumbsupcount helpful helpfulvotes favoritecount jaime",
        "replies": "replies replycount commentcount commentscount numcomments",
        "views": "views viewcount impressions aufrufe vistas vues",
        "followers": "followers followercount followerscount userfollowerscount authorfollowers",
    }.items()
}
_FIELDS = {name: (field, rank) for field, names in NAMES.items() for rank, name in enumerate(names)}
_OWNERS = re.compile(r"tweet|post|comment|review|message|reply")  # "tweet_created" is "created" of a tweet


@lru_cache(maxsize=4096)
def bare(name: str) -> str:
    """A column's name as it is compared: "Créé le" and "cree_le" are both "creele"."""
    letters = unicodedata.normalize("NFKD", name[:200].casefold())
    return re.sub(r"[\W_]+", "", "".join(letter for letter in letters if not unicodedata.combining(letter)))


@lru_cache(maxsize=4096)
def _usual_field(name: str) -> tuple[str, int]:
    """The field that a name usually stands for, and how usual that is (0 is most); no field for other names."""
    short = bare(name)
    field, rank = _FIELDS.get(short, ("", 0))
    if not field and (owner := _OWNERS.match(short)):
        field, rank = _FIELDS.get(short[owner.end() :], ("", 0))
        rank += 100
    return field, rank


class Columns:
    """The columns of one source: those `given` (field -> column; an empty column hides the field), then usual ones."""

    def __init__(self, given: Mapping[str, str]) -> None:
        self._given = dict(given)

    def known(self, names: Sequence[str]) -> int:
        """How many fields these names stand for."""
        return len(self._usual(names)) + sum(column in names for column in self._given.values())

    def of_header(self, names: Sequence[str]) -> dict[str, int]:
        """Field -> index among `names`. Raises ValueError where a given column is missing."""
        found = self._usual(names)
        for field, column in self._given.items():
            if column:
                found[field] = _index(field, column, names)
        return found

    def of_object(self, row: Mapping[str, object]) -> dict[str, object]:
        """Field -> value of one JSON object; a given column may be a path such as "user.name"."""
        paths = dict(_flat(row))
        names = list(paths)
        found = {field: paths[names[index]] for field, index in self._usual(names).items()}
        for field, column in self._given.items():
            found[field] = _at(row, column) if column else None
        return found

    def _usual(self, names: Sequence[str]) -> dict[str, int]:
        best: dict[str, tuple[int, int]] = {}
        for index, name in enumerate(names):
            field, rank = _usual_field(name)
            if field and field not in self._given:
                best[field] = min(best.get(field, (rank, index)), (rank, index))
        return {field: index for field, (_, index) in best.items()}


def unique(names: Sequence[str]) -> list[str]:
    """A header whose names all differ: a column without a name is called by its number, a second "x" is "x#2"."""
    seen: Counter[str] = Counter()
    found = []
    for number, written in enumerate(names, 1):
        name = written.strip() or str(number)
        seen[name] += 1
        found.append(name if seen[name] == 1 else f"{name}#{seen[name]}")
    return found


def _index(field: str, column: str, names: Sequence[str]) -> int:
    if column in names:
        return names.index(column)
    for index, name in enumerate(names):
        if bare(name) == bare(column):
            return index
    raise ValueError(f'there is no column "{column}" for {field}; there are {listed(names)}')


def listed(names: Sequence[str]) -> str:
    """Names for a sentence, the first twenty of them."""
    shown = ", ".join(f'"{name[:40]}"' for name in names[:20])
    return f"{shown} and {len(names) - 20} more" if len(names) > 20 else shown


def _flat(row: Mapping[str, object]) -> Iterator[tuple[str, object]]:
    """The paths of an object's single values: {"user": {"name": "Anna"}} has "user.name"."""
    waiting: list[tuple[str, object, int]] = [("", row, 0)]
    count = 0
    while waiting:
        path, value, depth = waiting.pop()
        if isinstance(value, Mapping) and depth < _DEPTH:
            items = list(value.items())[: _KEYS - count]
            count += len(items)
            waiting.extend((f"{path}.{key}" if path else str(key), item, depth + 1) for key, item in reversed(items))
        elif path and value not in (None, ""):
            yield path, value


def _at(row: Mapping[str, object], path: str) -> object:
    """The value at a path, which is a key as it stands, or keys and list positions between dots."""
    if path in row:
        return row[path]
    value: object = row
    for key in path.split("."):
        if isinstance(value, Mapping) and key in value:
            value = value[key]
        elif isinstance(value, list) and key.isdecimal() and int(key) < len(value):
            value = value[int(key)]
        else:
            return None
    return value
