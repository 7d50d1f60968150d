"""Bare words that are taken for names must exist here, be announced, or be literals."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from cortex_cli.ask import names
from cortex_cli.finding import Finding, ShownCommand

ENVIRON = {"PATH": os.environ["PATH"]}


@pytest.fixture(scope="module")
def environ(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """A machine whose package lists know two packages, with its index built."""
    from cortex_cli.packages.knowledge import Knowledge

    folder = tmp_path_factory.mktemp("machine")
    lists = folder / "lists"
    lists.mkdir()
    (lists / "x_dists_stable_main_binary-amd64_Packages").write_text(
        "Package: mosquitto\nVersion: 1\nArchitecture: amd64\nDescription: broker\n\n"
        "Package: default-mysql-server\nVersion: 1\nArchitecture: all\nDescription: database\n\n"
    )
    (folder / "status").write_text("")
    environ = {
        **ENVIRON,
        "CORTEX_APT_LISTS": str(lists),
        "CORTEX_DPKG_STATUS": str(folder / "status"),
        "CORTEX_CACHE_DIR": str(folder / "cache"),
    }
    with Knowledge.open(environ) as knowledge:
        assert len(knowledge) == 2
    return environ


def _finding(*argv: str, kind: str = "action") -> Finding:
    return Finding(kind, 0.95, "…", (ShownCommand((argv,), " ".join(argv)),))


@pytest.mark.parametrize(
    ("question", "argv"),
    [
        ("how do I kill weeds", ("pkill", "-x", "weeds")),
        ("cómo instalo fulanitor", ("apt", "install", "fulanitor")),
        ("install the program fulanitor", ("apt", "install", "fulanitor")),
        ("how do i configure frobnitz", ("stat", "frobnitz")),
        ("difference between flarn and glarn", ("diff", "-u", "flarn", "glarn")),
        ("quién es el dueño de Zara", ("ls", "-ld", "Zara")),
        ("restart l'zorglub", ("systemctl", "restart", "zorglub")),
    ],
)
def test_a_name_that_nothing_knows_is_found(
    question: str, argv: tuple[str, ...], environ: dict[str, str]
) -> None:
    assert names.find_unknown(question, _finding(*argv), environ) in argv


@pytest.mark.parametrize(
    ("question", "argv"),
    [
        ("restart the service weeds", ("systemctl", "restart", "weeds")),
        ("restart the weeds daemon", ("systemctl", "restart", "weeds")),
        ("compare the folders weeds and seeds", ("diff", "-rq", "weeds", "seeds")),
        ("kill the process called 'weeds'", ("pkill", "-x", "weeds")),
        ("installer mosquitto", ("apt", "install", "mosquitto")),
        ("remove mysql-server", ("apt", "purge", "mysql-server")),
        ("where is sh", ("which", "sh")),
        ("journal of sh since yesterday", ("journalctl", "-u", "sh", "--since", "yesterday")),
        ("verify the sums in SHA256SUMS", ("sha256sum", "-c", "SHA256SUMS")),
        ("stat notes.txt", ("stat", "notes.txt")),
        ("lock the account of bob", ("usermod", "-L", "bob")),
    ],
)
def test_known_announced_and_literal_names_pass(
    question: str, argv: tuple[str, ...], environ: dict[str, str]
) -> None:
    assert names.find_unknown(question, _finding(*argv), environ) is None


def test_a_fact_needs_the_very_name(environ: dict[str, str]) -> None:
    argv = ("which", "mysql-server")
    assert names.find_unknown("who owns mysql-server", _finding(*argv), environ) is None
    assert names.find_unknown("who owns mysql-server", _finding(*argv, kind="fact"), environ)


def test_no_index_denies_nothing(tmp_path: Path) -> None:
    empty = tmp_path / "empty"
    empty.mkdir()
    environ = {
        **ENVIRON,
        "CORTEX_APT_LISTS": str(empty),
        "CORTEX_DPKG_STATUS": str(empty / "status"),
        "CORTEX_CACHE_DIR": str(tmp_path / "other"),
    }
    assert names.find_unknown("install weeds", _finding("apt", "install", "weeds"), environ) is None


def test_existence_may_be_denied() -> None:
    assert names.asks_existence("is weeds installed")
    assert names.asks_existence("¿está instalado weeds?")
    assert not names.asks_existence("what is the uptime of netflix")
