from __future__ import annotations

from cortexd.rules.listing import format_count, join_names


def test_a_number_with_its_noun() -> None:
    assert [format_count(number, "update") for number in (0, 1, 2)] == [
        "0 updates", "1 update", "2 updates"
    ]  # fmt: skip
    assert format_count(2, "vulnerability", "vulnerabilities") == "2 vulnerabilities"


def test_long_lists_are_cut() -> None:
    assert join_names(["a", "b"]) == "a, b"
    assert join_names([f"p{n}" for n in range(10)]) == "p0, p1, p2, p3, p4, p5, p6, p7 and 2 more"
