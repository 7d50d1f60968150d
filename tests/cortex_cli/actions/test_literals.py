"""Literals are found whole, with their kinds, and the text between them is left alone."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cortex_cli.actions.literals import literals


def kinds(text: str) -> list[tuple[str, str]]:
    return [(one.kind, one.value) for one in literals(text)]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("in /srv/data.", [("path", "/srv/data")]),
        ("all *.txt files", [("glob", "*.txt")]),
        (".jpeg to .jpg", [("extension", ".jpeg"), ("extension", ".jpg")]),
        ("ana@host1:/srv", [("remote", "ana@host1:/srv")]),
        ("8085/tcp and :8080", [("port", "8085/tcp"), ("port", ":8080")]),
        ("00:11:22:33:44:55", [("mac", "00:11:22:33:44:55")]),
        ("10.0.0.0/8 or 10.1.2.3", [("cidr", "10.0.0.0/8"), ("ip", "10.1.2.3")]),
        ("fe80::1", [("ip", "fe80::1")]),
        ("at 10:30", [("clock", "10:30")]),
        ("nginx.service", [("unit", "nginx.service")]),
        ("site.zip from example.com", [("file", "site.zip"), ("host", "example.com")]),
        ("chmod u+x", [("mode", "u+x")]),
        ("'a b' and \"c d\"", [("quoted", "a b"), ("quoted", "c d")]),
        ("l'utilisateur d'abord", []),
        ("don't and can't", []),
        ("and/or read/write", []),
        ("lines 10 to 20", [("number", "10"), ("number", "20")]),
        ("lines 5-10", [("range", "5-10")]),
        ("sda1 on enp3s0", [("device", "sda1"), ("interface", "enp3s0")]),
        ("2024-01-31", [("stamp", "2024-01-31")]),
    ],
)
def test_kinds(text: str, found: list[tuple[str, str]]) -> None:
    assert kinds(text) == found


@pytest.mark.parametrize(
    ("text", "number", "unit"),
    [
        ("10M", 10, "M"),
        ("10 MB", 10, "M"),
        ("1.5 gigabytes", 1.5, "G"),
        ("100 Mo", 100, "M"),
        ("3 days", 3, "d"),
        ("deux heures", 2, "h"),
        ("3 años", 3, "y"),
        ("an hour", 1, "h"),
        ("30 minutes", 30, "min"),
    ],
)
def test_quantities(text: str, number: float, unit: str) -> None:
    (one,) = literals(text)
    assert (one.number, one.unit) == (number, unit)


@given(st.text(max_size=300))
def test_places_are_those_of_the_text(text: str) -> None:
    end = 0
    for one in literals(text):
        assert end <= one.start < one.end <= len(text)
        end = one.end


@pytest.mark.parametrize(
    "piece", ["a.", "/", "a/", "'", '"', "*", "1:", "10 ", ".a", "-_", "@", "::"]
)
def test_hostile_text_takes_linear_time(piece: str) -> None:
    def spent(times: int) -> float:
        text = piece * times
        best = 9e9
        for _ in range(3):
            start = time.process_time()
            literals(text)
            best = min(best, time.process_time() - start)
        return best

    few, many = spent(2000), spent(8000)
    assert many < max(0.05, few * 10), f"{few:.3f} s, then {many:.3f} s for four times as much"
