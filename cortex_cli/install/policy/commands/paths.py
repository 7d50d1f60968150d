"""Which paths are private, and which may be written.  Pure."""

from __future__ import annotations

import re
from fnmatch import fnmatchcase
from posixpath import normpath
from typing import TYPE_CHECKING

from cortex_cli.expressions import expression
from cortex_cli.install.policy.commands.effects import Effect
from cortex_cli.install.policy.shell.script import UNKNOWN, UnreadableCommand

if TYPE_CHECKING:
    from cortex_cli.install.policy.shell.values import Argument

_SECRET = expression(
    r"""/etc/g?shadow|/etc/sudoers|/etc/ssl/private|/etc/security/opasswd|ssh_host_\w{1,20}_key(?!\.pub)
    |\.ssh(?:/|\b)|id_(?:rsa|dsa|ecdsa|ed25519)\b(?!\.pub)|\.gnupg|\.aws\b|\.azure\b|\.kube\b
    |\.docker/|\.netrc|_netrc|\.pgpass|\.my\.cnf|\.git-credentials|\.password-store|\.mozilla
    |\.config/(?:google|gcloud|chromium|gh|op)|keyrings?/|\.keytab|_history\b
    |authinfo|\.env\b|secrets?/|credentials|passwords?\.\w|\.kdbx|\.key\b|\.pem\b|\.p12\b|\.pfx\b
    |llm\.key|wallet|/root(?:/|\Z)|/proc/(?:\w+|\*|\x00)/(?:environ|mem|maps|auxv)\b|/proc/kcore
    |/dev/(?:mem|kmem|port|sd|hd|vd|nvme|mapper|dm-|disk)|/var/lib/(?:cortex-history|sss)
    |wp-config|NetworkManager/system-connections|wireguard|auth\.conf""",
    re.VERBOSE,
)
# A pattern is compared with these: it may hide the name.
_EXAMPLES = (
    "/etc/shadow", "/etc/gshadow", "/etc/sudoers", "/root/.ssh/id_rsa", "/root/.bash_history",
    "/etc/ssl/private/server.key", "/etc/ssh/ssh_host_rsa_key", "/etc/ssh/ssh_host_ed25519_key",
    "/home/user/.ssh/id_rsa", "/home/user/.ssh/id_ed25519", "/home/user/.bash_history",
    "/proc/self/environ", "/proc/1/environ", "~/.ssh/id_rsa", "~/.ssh/id_ed25519", "/dev/sda",
)  # fmt: skip
# Certificates are public, and what a log says about them too.
_PUBLIC = expression(r"/etc/ssl/certs/[\w.-]+|/etc/pki/(?:ca-trust|tls/certs)/[\w./-]+")
HARMLESS_TARGETS = frozenset(
    "/dev/null /dev/stdout /dev/stderr /dev/tty /dev/fd/1 /dev/fd/2".split()  # noqa: SIM905 - reads better
)
_OWN = expression(r"(?:~/|/tmp/|/var/tmp/|/home/[\w.-]+/|\./)?[\w@%+=:,-][\w@%+=:,. /-]*", re.ASCII)
_STARTUP = expression(r"(?:^|/)\.(?!/)")


def is_secret(argument: Argument) -> bool:
    """Return True if ``argument`` names, or may name, something private."""
    text = argument.replace("//", "/")
    if _PUBLIC.fullmatch(text):
        return False
    if _SECRET.search(text) or ("/" in text and _SECRET.search(normpath(text))):
        return True
    if not argument.pattern:
        return False
    glob = text.replace(UNKNOWN, "*")
    depth = glob.count("/")
    return any(example.count("/") == depth and fnmatchcase(example, glob) for example in _EXAMPLES)


def judge_target(target: Argument) -> set[Effect]:
    """Return the effect of writing to ``target``.

    Raises:
        UnreadableCommand: it is, or may be, a file of the system or one that is run later.
    """
    if target in HARMLESS_TARGETS:
        return set()
    if (
        target.is_known
        and _OWN.fullmatch(target)
        and not _STARTUP.search(target.removeprefix("./"))
    ):
        return {Effect.WRITES}
    shown = target.replace(UNKNOWN, "…")
    raise UnreadableCommand(f"it writes to {shown}")
