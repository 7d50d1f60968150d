from __future__ import annotations

import os
import subprocess

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cortexd.alert import sanitize
from cortexd.alerts.remedy_child import quote_path
from cortexd.identifiers import identify, to_path

NAMES = [
    (b"/srv/data", "/srv/data"),
    ("/srv/Données d'été".encode(), "/srv/Données d'été"),
    (b"/mnt/caf\xe9", "/mnt/caf\\xe9"),
    ("/mnt/a\u00a0b".encode(), "/mnt/a\\xc2\\xa0b"),
    ("/mnt/a\u3000b".encode(), "/mnt/a\\xe3\\x80\\x80b"),
    (b"/mnt/a\tb\nc", "/mnt/a\\x09b\\x0ac"),
    (b"/mnt/a\\x09b", "/mnt/a\\\\x09b"),
    ("/mnt/a\u202eb".encode(), "/mnt/a\\xe2\\x80\\xaeb"),
]


@pytest.mark.parametrize(("name", "identifier"), NAMES)
def test_a_name_is_printable_and_can_be_turned_back(name: bytes, identifier: str) -> None:
    assert identify(name) == identify(os.fsdecode(name)) == identifier
    assert os.fsencode(to_path(identifier)) == name


@given(st.binary(min_size=1, max_size=40).filter(lambda name: b"\0" not in name))
def test_any_bytes(name: bytes) -> None:
    identifier = identify(name)
    assert os.fsencode(to_path(identifier)) == name  # so no two names share one
    assert identifier.encode()
    assert sanitize(identifier) == identifier  # what is stored is what was made


@pytest.mark.parametrize("name", [name for name, _ in NAMES] + [b"/mnt/it's \\'x'\xff $HOME"])
def test_bash_reads_it_in_a_remedy(name: bytes) -> None:
    script = f"printf %s {quote_path(identify(name))}"
    done = subprocess.run(["bash", "-c", script], capture_output=True, check=True)
    assert done.stdout == name
