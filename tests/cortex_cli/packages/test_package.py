from dataclasses import replace

import pytest

from cortex_cli.packages.package import CATALOGUE_SCORE, Hit, Package

NGINX = Package("nginx", "1.22.1-9", None, "o", "s", "program", "short", "long", False, 0.0)


@pytest.mark.parametrize(
    ("version", "upstream"),
    [
        ("1.22.1-9", "1.22.1"),
        ("1:1.22.1-9+deb12u9", "1.22.1"),
        ("2.36", "2.36"),
        ("1:4.3", "4.3"),
        ("1.0-rc1-2", "1.0-rc1"),
    ],
)
def test_the_upstream_version_has_neither_epoch_nor_revision(version: str, upstream: str) -> None:
    package = replace(NGINX, version=version)
    assert package.upstream_version == upstream
    assert package.source == f"apt: nginx {upstream}"


def test_an_installed_version_is_shown_before_the_available_one() -> None:
    assert NGINX.shown_version == "1.22.1-9"
    assert replace(NGINX, installed="1.18.0-6").shown_version == "1.18.0-6"


def test_a_hit_names_its_finder() -> None:
    assert Hit(NGINX, 1.0, 1.0, CATALOGUE_SCORE).finder == "catalogue"
    assert Hit(NGINX, 1.0, 1.0, CATALOGUE_SCORE - 0.1).finder == "index"
