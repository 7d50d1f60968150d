"""One entry takes every option that is said, and an option whose value is missing is left out."""

from __future__ import annotations

import pytest

from cortex_cli import actions
from cortex_cli.actions import zones


@pytest.mark.parametrize(
    ("language", "question", "command"),
    [
        ("en", "ssh to 10.0.0.8 on port 2222", "ssh -p 2222 10.0.0.8"),
        (
            "en",
            "ssh to 10.0.0.8 as eva on port 2222 with the key ~/.ssh/work",
            "ssh -p 2222 -i ~/.ssh/work -l eva 10.0.0.8",
        ),
        (
            "fr",
            "se connecter en ssh à 10.0.0.8 sur le port 2222 avec l'utilisateur admin",
            "ssh -p 2222 -l admin 10.0.0.8",
        ),
        (
            "en",
            "last 100 log lines of the container api and keep following",
            "docker logs -f --tail 100 api",
        ),
        ("en", "show the logs of container api", "docker logs api"),
        ("en", "run nginx in docker on port 8080", "docker run -d -p 8080:8080 nginx"),
        (
            "en",
            "run an nginx container detached, host port 8080 to container port 80",
            "docker run -d -p 8080:80 nginx",
        ),
        ("en", "stash my uncommitted work", "git stash push"),
        ("en", "stash changes including untracked files", "git stash push -u"),
        (
            "es",
            "crear un usuario de sistema monapp sin carpeta personal",
            "adduser --system --group --no-create-home monapp",
        ),
        ("es", "poner la zona horaria de Bogotá", "timedatectl set-timezone America/Bogota"),
        ("en", "what time is it in Tokyo", "env TZ=Asia/Tokyo date"),
        (
            "en",
            "compare file.txt and other.txt",
            "diff -u file.txt other.txt",
        ),
        ("en", "join a.pdf, b.pdf and c.pdf into all.pdf", "pdfunite a.pdf b.pdf c.pdf all.pdf"),
        ("fr", "couper le wifi", "nmcli radio wifi off"),
        (
            "en",
            "vérifier que x.iso correspond à SHA512SUMS",
            "sha512sum -c --ignore-missing SHA512SUMS",
        ),
        ("en", "give me the sha1 of x.iso", "sha1sum x.iso"),
        ("en", "what is the mac address of eth0", "ip link show dev eth0"),
    ],
)
def test_the_command(language: str, question: str, command: str) -> None:
    found = actions.find(question, language)
    assert found is not None
    assert found.commands[0].text == command


@pytest.mark.parametrize(
    ("language", "question", "never"),
    [
        ("en", "protect a file from being deleted", "rm"),
        ("en", "backup the partition table of /dev/sda", "dd"),
        ("en", "how do I see hidden files with ls?", "ls -la ls"),
        ("en", "list user services", "adduser"),
        ("en", "list installed kernels", "autoremove"),
        ("en", "which option of tar excludes files?", "tar"),
        ("fr", "quels services sont en panne", "panne"),
        ("fr", "comment trouver les 10 plus gros fichiers dans /home", "grep"),
        ("en", "shrink the logical volume /dev/vg0/home by 5G", "lvextend"),
        ("en", "find directories named node_modules and delete them", "find node_modules"),
    ],
)
def test_what_is_never_shown(language: str, question: str, never: str) -> None:
    found = actions.find(question, language)
    assert found is None or all(never not in command.text for command in found.commands)


def test_zones_of_cities() -> None:
    assert zones.zone_of("Paris") == "Europe/Paris"
    assert zones.zone_of("new york") == "America/New_York"
    assert zones.zone_of("nowhere") is None
