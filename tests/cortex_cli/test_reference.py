from cortex_cli.commands import COMMANDS
from cortex_cli.reference import render
from tests.cortex_cli.conftest import CHECKOUT


def test_the_page_is_up_to_date() -> None:
    page = (CHECKOUT / "docs/cli.md").read_text()
    assert page == render(), "run: python -m cortex_cli.reference > docs/cli.md"


def test_every_command_is_there() -> None:
    assert all(f"`cortex {name}`" in render() for name in COMMANDS)
