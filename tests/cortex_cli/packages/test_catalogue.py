"""The catalogue of intents is well formed, without ambiguity, and names only real packages.

The existence of the packages is judged against the lists of this machine's own apt, so
that check runs where the lists are those of the release the catalogue is written for,
and is skipped with its reason elsewhere. The `ubuntu` lists are checked on Ubuntu alone.
"""

import platform
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

import cortex_cli

CATALOGUE = Path(cortex_cli.__file__).parent / "packages" / "catalogue"
FILES = sorted(CATALOGUE.glob("*.yaml"))
LANGUAGES = {"en": (3, 16), "fr": (2, 10), "es": (2, 10)}  # fewest and most phrases
KEYS = {"id", *LANGUAGES, "packages"}
MOST_PACKAGES = 8  # past this an intent is a domain, not an intent
FEWEST_INTENTS = 700
PACKAGE_NAME = re.compile(r"[a-z0-9][a-z0-9+.-]+")  # Debian policy 5.6.1
KEBAB = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
APT_LISTS = Path("/var/lib/apt/lists")
APT_HELPER = Path("/usr/lib/apt/apt-helper")

Intent = dict[str, Any]


def read(path: Path) -> list[Intent]:
    """Read one file, with the C loader where there is one: it is ten times as fast."""
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    with path.open(encoding="utf-8") as text:
        return list(yaml.load(text, Loader=loader))  # either is a safe one


@pytest.fixture(scope="module")
def intents() -> list[Intent]:
    """Every intent of every file."""
    return [intent for path in FILES for intent in read(path)]


def on_ubuntu(intent: Intent) -> list[str]:
    """The packages of an intent on Ubuntu."""
    packages: list[str] = intent["ubuntu"] if "ubuntu" in intent else intent["packages"]
    return packages


def release() -> tuple[str, str]:
    """The distribution and the major version of this machine."""
    try:
        facts = platform.freedesktop_os_release()
    except OSError:
        return "", ""
    return facts.get("ID", ""), facts.get("VERSION_ID", "").partition(".")[0]


@pytest.fixture(scope="module")
def known() -> set[str]:
    """Every package in this machine's apt lists."""
    distribution, version = release()
    if distribution != "ubuntu" and (distribution, version) != ("debian", "12"):
        pytest.skip(f"the catalogue is for Debian 12 and Ubuntu, this is {distribution} {version}")
    lists = sorted(APT_LISTS.glob("*_Packages*"))
    if not any("_main_binary-" in path.name for path in lists) or not APT_HELPER.exists():
        pytest.skip("no apt lists here: run apt-get update first")
    names: set[str] = set()
    for path in lists:
        answer = subprocess.run([APT_HELPER, "cat-file", path], capture_output=True, check=True)
        names.update(re.findall(r"^Package: (\S+)", answer.stdout.decode(), re.MULTILINE))
    return names


def test_there_are_enough_intents(intents: list[Intent]) -> None:
    assert len(intents) >= FEWEST_INTENTS


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_each_file_keeps_the_form(path: Path) -> None:
    assert KEBAB.fullmatch(path.stem)
    for intent in read(path):
        assert set(intent) in (KEYS, KEYS | {"ubuntu"}), intent
        assert KEBAB.fullmatch(intent["id"]), intent["id"]
        for packages in (intent["packages"], on_ubuntu(intent)):
            assert 1 <= len(packages) <= MOST_PACKAGES, intent["id"]
            assert len(set(packages)) == len(packages), intent["id"]
            assert all(PACKAGE_NAME.fullmatch(name) for name in packages), packages
        assert intent.get("ubuntu") != intent["packages"], intent["id"]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_phrases_are_plain_lower_case_words(path: Path) -> None:
    for intent in read(path):
        for language, (fewest, most) in LANGUAGES.items():
            phrases = intent[language]
            assert fewest <= len(phrases) <= most, (intent["id"], language)
            for phrase in phrases:
                assert isinstance(phrase, str), (intent["id"], phrase)
                assert phrase, intent["id"]
                assert phrase == " ".join(phrase.lower().split()), phrase


def test_ids_are_unique(intents: list[Intent]) -> None:
    ids = [intent["id"] for intent in intents]
    assert sorted(set(ids)) == sorted(ids)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_phrase_means_one_intent(intents: list[Intent], language: str) -> None:
    owner: dict[str, str] = {}
    for intent in intents:
        for phrase in intent[language]:
            first = owner.setdefault(phrase, intent["id"])
            assert first == intent["id"], f"{phrase!r} means {first} and {intent['id']}"
        assert len(set(intent[language])) == len(intent[language]), intent["id"]


def test_every_package_exists(intents: list[Intent], known: set[str]) -> None:
    if release()[0] == "ubuntu":  # no two releases carry the same: one candidate must do
        ubuntu = {intent["id"]: on_ubuntu(intent) for intent in intents}
        assert not [name for name, packages in ubuntu.items() if not known & set(packages)]
    else:
        named = {(intent["id"], name) for intent in intents for name in intent["packages"]}
        assert not sorted(pair for pair in named if pair[1] not in known)
