import pytest

from cortex_cli.install.policy import apt_arguments
from cortex_cli.install.policy.apt_arguments import ChangeKind
from cortex_cli.install.policy.shell.script import UnreadableCommand


def call(text: str) -> apt_arguments.Call:
    return apt_arguments.parse(text.split())


def test_options_have_one_form() -> None:
    found = call(
        "apt-get -yqq=2 --Yes install --ALLOW-Downgrades=true -t stable -oA=b -o C=d nginx"
    )
    assert found.command == "apt-get install"
    assert found.packages == (("nginx", ChangeKind.DOWNGRADE),)
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


def test_packages_are_bare_names_with_what_happens_to_them() -> None:
    found = call("apt-get install nginx=1.2 make/stable libc6:i386 g++ -- old- -x.deb a/./b.deb")
    install, remove = ChangeKind.INSTALL, ChangeKind.REMOVE
    assert found.packages == (
        ("nginx", install),
        ("make", install),
        ("libc6", install),
        ("g++", install),
        ("g+", install),
        ("old-", install),
        ("old", remove),
        ("./-x.deb", install),
        ("./a/b.deb", install),
    )
    assert found.arguments == ("--target-release",)


@pytest.mark.parametrize("word", ["sudo-", "sudo:amd64-", "sudo=1.9-"])
def test_a_sign_makes_a_removal_of_an_installation(word: str) -> None:
    assert ("sudo", ChangeKind.REMOVE) in call(f"apt-get install hello {word}").packages


def test_a_pattern_of_versions_is_unreadable() -> None:
    with pytest.raises(UnreadableCommand, match="is a pattern, not a version"):
        call("apt-get install nginx=1.*")


@pytest.mark.parametrize("name", ["ngin*", "^nginx$", "~nnginx", "?all", "task^", "Nginx", "é", ""])
def test_patterns_are_unreadable(name: str) -> None:
    with pytest.raises(UnreadableCommand, match="is a pattern"):
        apt_arguments.parse(["apt-get", "install", name])


def test_dpkg_and_others() -> None:
    assert call("dpkg --configure -a").command == "dpkg --configure"
    assert call("dpkg --force-all -i x.deb").command == "dpkg --install"
    assert call("dpkg --force-all -i x.deb").arguments == ("--force-all",)
    assert call("dpkg -Ri a").arguments == ("-R",)
    assert call("dpkg -r sudo").packages == (("sudo", ChangeKind.REMOVE),)
    assert call("systemctl --now enable nginx").command == "systemctl enable"
    assert call("ls").command == "ls"
