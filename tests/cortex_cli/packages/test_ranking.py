import sqlite3
from pathlib import Path

import pytest

from cortex_cli.index.packages import open_index
from cortex_cli.language.terms import terms
from cortex_cli.packages.intents import Match
from cortex_cli.packages.ranking import Ranker, weigh
from cortex_cli.packages.weights import WEIGHTS


@pytest.fixture
def db(apt_env: dict[str, str]) -> sqlite3.Connection:
    opened = open_index(apt_env)
    assert opened
    return opened


def names(db: sqlite3.Connection, text: str, *matches: Match) -> list[str]:
    try:
        return [one.name for one in Ranker(db).rank(terms(text), matches)]
    finally:
        db.close()


def test_programs_before_libraries(db: sqlite3.Connection) -> None:
    found = names(db, "nginx stream module web server")
    assert "libnginx-mod-stream" in found
    assert "nginx" in found


def test_parts_are_ranked_down(db: sqlite3.Connection) -> None:
    found = names(db, "web server")
    assert found[0] in ("nginx", "lighttpd")
    assert found.index("nginx") < found.index("nginx-common")


def test_what_the_catalogue_means_comes_first(db: sqlite3.Connection) -> None:
    for name in ("nginx", "lighttpd"):
        ranked = Ranker(db).rank(terms("web server"), [Match("x", (name,), 1.0)])
        assert (ranked[0].name, ranked[0].curated) == (name, 1.0)
    db.close()


def test_a_name_is_found_whole(db: sqlite3.Connection) -> None:
    ranked = Ranker(db).rank(terms("nginx-common"), (), ["nginx-common"])
    db.close()
    assert (ranked[0].name, ranked[0].covered) == ("nginx-common", 1.0)


def test_nothing_said_nothing_found(db: sqlite3.Connection) -> None:
    assert names(db, "the") == []


def test_every_feature_has_a_weight(db: sqlite3.Connection) -> None:
    ranked = Ranker(db).rank(terms("web server"), ())
    db.close()
    assert all(one.features.keys() == WEIGHTS.keys() for one in ranked)
    assert weigh(dict.fromkeys(WEIGHTS, 0.0)) == 0


def test_the_weights_are_where_the_script_writes_them() -> None:
    pytest.importorskip("numpy", reason="needs the extra train: pip install 'cortex-linux[train]'")
    from benchmarks.learn import WEIGHTS_FILE

    assert Path(WEIGHTS_FILE).read_text().startswith('"""How much')
