import pytest

from cortex_cli.install.policy import apt_arguments
from cortex_cli.install.policy.command_line import UnreadableCommand


def call(text: str) -> apt_arguments.Call:
    return apt_arguments.parse(text.split())


def test_options_have_one_form() -> None:
    found = call(
        "apt-get -yqq=2 --Yes install --ALLOW-Downgrades=true -t stable -oA=b -o C=d nginx"
    )
    assert found.command == "apt-get install"
    assert found.packages == ("nginx",)
    assert found.arguments == (
        "--yes",
        "--quiet",
        "--quiet",
        "--yes",
        "--allow-downgrades",
        "--target-release",
        "--option",
        "--option",
    )


def test_the_sense_before_an_option_is_seen_through() -> None:
    found = call("apt-get install --yes-force-yes --no-install-recommends")
    assert found.arguments == (
        "--yes-force-yes",
        "--force-yes",
        "--no-install-recommends",
        "--install-recommends",
    )


def test_packages_are_bare_names() -> None:
    found = call("apt-get install nginx=1.2 make/stable libc6:i386 g++ -- old- -x.deb ./a.deb")
    assert found.packages == (
        "nginx",
        "make",
        "libc6",
        "g++",
        "g+",
        "old-",
        "old",
        "-x.deb",
        "./a.deb",
    )


@pytest.mark.parametrize("name", ["ngin*", "^nginx$", "~nnginx", "?all", "task^", "Nginx", "é", ""])
def test_patterns_are_unreadable(name: str) -> None:
    with pytest.raises(UnreadableCommand, match="is a pattern"):
        apt_arguments.parse(["apt-get", "install", name])


def test_dpkg_and_others() -> None:
    assert call("dpkg --configure -a").command == "dpkg --configure"
    assert call("dpkg --force-all -i x.deb").arguments == ("-i",)
    assert call("systemctl --now enable nginx").command == "systemctl enable"
    assert call("ls").command == "ls"
