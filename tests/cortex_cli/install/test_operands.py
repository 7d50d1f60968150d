import pytest

from cortex_cli.errors import Failure
from cortex_cli.install import operands


def test_operands() -> None:
    assert operands.pin("nginx", "1:1.2-3") == "nginx=1:1.2-3"
    assert operands.remove("nginx") == "nginx-"
    assert operands.check_name("libc6:i386") == "libc6:i386"


@pytest.mark.parametrize("name", ["--solver", "-oX=y", "./x.deb", "a;b", "", "x*", None, 7])
def test_nothing_else_becomes_an_argument(name: str) -> None:
    for make in (operands.check_name, operands.remove, lambda text: operands.pin(text, "1")):
        with pytest.raises(Failure, match="is not the name of a package"):
            make(name)
    with pytest.raises(Failure, match="is not a version of nginx"):
        operands.pin("nginx", name)
