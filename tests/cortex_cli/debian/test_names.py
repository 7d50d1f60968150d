import pytest

from cortex_cli.debian.names import is_name, is_version


@pytest.mark.parametrize(
    "name", ["nginx", "g++", "libc6", "libc6:i386", "0ad", "a.b-c+d", "x11-apps:any"]
)
def test_names(name: str) -> None:
    assert is_name(name)


@pytest.mark.parametrize(
    "name",
    ["", "a", "-y", "--solver=x", "-oX=y", "A", "a b", "a/b", "./a", "a*", "a;b", "a\n", "é1",
     "a=b", "+a", ".a", "a:", "a:-x", "a" * 200, "a\x00", "a:b:c"],
)  # fmt: skip
def test_no_names(name: str) -> None:
    assert not is_name(name)


@pytest.mark.parametrize("version", ["1", "1.0-1", "1:2.3~rc1+dfsg-4", "2024.01.01", "0~git"])
def test_versions(version: str) -> None:
    assert is_version(version)


@pytest.mark.parametrize(
    "version", ["", "-1", "--x", "a1", "1 2", "1*", "1/2", "1;x", "1\n", "1_2", "é"]
)
def test_no_versions(version: str) -> None:
    assert not is_version(version)
