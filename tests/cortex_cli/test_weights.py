from cortex_cli.weights import WEIGHTS


def test_what_is_meant_counts_for_a_package() -> None:
    for name in ("word", "short", "anywhere", "exact", "catalogue", "catalogue_first"):
        assert WEIGHTS[name] > 0, name
