from cortex_cli.packages.weights import WEIGHTS


def test_what_is_meant_counts_for_a_package() -> None:
    for name in ("word", "name", "anywhere", "exact", "same", "catalogue", "best_intent"):
        assert WEIGHTS[name] > 0, name
