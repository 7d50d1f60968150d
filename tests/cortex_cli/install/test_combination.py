import pytest

from cortex_cli.install.combination import match_several
from cortex_cli.packages.knowledge import Knowledge


def test_each_thing_of_a_list_gets_its_package(knowledge: Knowledge) -> None:
    found = match_several("nginx and make", knowledge)
    assert found is not None
    assert [package.name for package in found.packages] == ["nginx", "make"]
    assert found.origin == "catalogue"


@pytest.mark.parametrize(
    "request_", ["nginx", "nginx and something unheard of", "phone and laptop"]
)
def test_a_part_that_is_unclear_makes_no_list(knowledge: Knowledge, request_: str) -> None:
    assert match_several(request_, knowledge) is None
