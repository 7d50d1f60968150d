import pytest

from cortex_cli.install import plan
from cortex_cli.install import view as plan_view
from cortex_cli.install.plan import Change, Changes, Effects, PlannedPackage

NGINX = PlannedPackage("nginx", "1.22", "Debian bookworm/main", "1.20")


def test_a_plan_as_a_person_reads_it(capsys: pytest.CaptureFixture[str]) -> None:
    changes = Changes(
        (Change("nginx-common", None, "1.22"),),
        (Change("nginx", "1.20", "1.22"),),
        (Change("apache2\x1b[2J", "2.4", None),),
        646_000,
        -1_707_000,
    )
    effects = Effects(("nginx.service",), ("80/tcp",), ("/etc/nginx.conf",))
    made = plan.build("nginx", [NGINX], ["caddy"], "exact", root=True)
    plan_view.show(made.with_effects(changes, effects, ["removes apache2"]))
    shown = capsys.readouterr()
    assert shown.out == ("Generated commands:\n  # nothing to do: everything is installed\n")
    assert shown.err.splitlines() == [
        "nginx 1.22 (Debian bookworm/main, installed: 1.20)",
        "Alternatives: caddy",
        "New: nginx-common 1.22",
        "Changed: nginx 1.20 → 1.22",
        "Removed: apache2\\x1b[2J 2.4",
        "Size: 646 kB to download, 1.7 MB of disk space freed",
        "Services: nginx.service",
        "Ports: 80/tcp",
        "Files below /etc: /etc/nginx.conf",
        "warning: removes apache2",
    ]


@pytest.mark.parametrize(
    ("count", "text"),
    [(0, "0 B"), (999, "999 B"), (1000, "1.0 kB"), (646_000, "646 kB"), (2_500_000_000, "2.5 GB")],
)
def test_sizes(count: int, text: str) -> None:
    assert plan_view.format_size(count) == text
