import sqlite3
from collections.abc import Iterator

import pytest

from cortex_cli.index import intents, schema
from cortex_cli.index.intents import Intent
from cortex_cli.language.terms import stems, terms
from cortex_cli.packages.intents import Catalogue

PHRASES = {
    "web-server": ("web server", "serve a website"),
    "mail-server": ("mail server", "serveur de courriel"),
    "video-editor": ("video editor", "cut videos"),
    "image-editor": ("image editor", "edit photos"),
}


@pytest.fixture
def catalogue() -> Iterator[Catalogue]:
    found = [
        Intent(name, tuple(tuple(stems(phrase)) for phrase in phrases), (f"{name}-package",))
        for name, phrases in PHRASES.items()
    ]
    db = sqlite3.connect(":memory:")
    db.executescript(schema.TABLES)
    intents.write(db, found)
    db.executemany("INSERT INTO vocabulary VALUES (?, 1, ?)", intents.count_terms(found).items())
    yield Catalogue(db)
    db.close()


@pytest.mark.parametrize(
    ("request_", "intent"),
    [
        ("please install me a web server", "web-server"),
        ("server for the web", "web-server"),
        ("un serveur web", "web-server"),
        ("servidor de correo", "mail-server"),
        ("editing of pictures", "image-editor"),
        ("retoucher des photos", "image-editor"),
        ("a vidoe editor", "video-editor"),
        ("cut my holiday videos", "video-editor"),
    ],
)
def test_other_ways_to_say_it(catalogue: Catalogue, request_: str, intent: str) -> None:
    assert catalogue.match(terms(request_))[0].intent == intent


def test_the_surer_the_closer(catalogue: Catalogue) -> None:
    same, more, less = (
        catalogue.match(terms(text))[0].score
        for text in ("web server", "web server for raspberries", "server for raspberries")
    )
    assert 0.9 < same <= 1
    assert same > more > less > 0


def test_nothing_known_matches_nothing(catalogue: Catalogue) -> None:
    assert catalogue.match(terms("spaceship")) == []
    assert catalogue.match(terms("")) == []
    assert catalogue.match(terms("please")) == []


def test_a_phrase_can_be_left_out(catalogue: Catalogue) -> None:
    left = catalogue.match(terms("web server"), without="web serv")
    assert left[0].score < catalogue.match(terms("web server"))[0].score


def test_similar_packages_stand_beside_one_in_intents() -> None:
    db = sqlite3.connect(":memory:")
    db.executescript(schema.TABLES)
    player = Intent("player", (("play",),), ("vlc", "mpv", "smplayer"))
    light = Intent("light", (("light", "play"),), ("mpv", "vlc"))
    intents.write(db, [player, light])
    assert Catalogue(db).find_similar("vlc") == ["mpv", "smplayer"]
    assert Catalogue(db).find_similar("unknown") == []
    db.close()
