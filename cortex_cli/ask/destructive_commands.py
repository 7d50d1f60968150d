"""Which commands destroy data, by program: the table only, judged by ``command_effects``.

A ``Rule`` holds if one of its options is given, one of its words is an operand, and none of its
excuses is there; a part that is empty is not asked for.  A short option is also found in a cluster
(``-rf``).  ``what`` completes "This …".
"""

from __future__ import annotations

from dataclasses import dataclass

FILES = "deletes files"
FOLDERS = "deletes folders with everything in them"
DISK = "overwrites a disk or file"
PARTITIONS = "changes the partitions of a disk"
DATABASE = "deletes data of a database"
WORK = "discards work that is not committed"
CONTAINERS = "deletes containers or their data"
VOLUMES = "deletes volumes with everything on them"
USER = "deletes a user"
HOME = "deletes a user with the home folder"
LOGS = "deletes old log entries"
PACKAGES = "removes packages"
TABLE = "deletes the whole crontab"
TRASH = "empties the trash"
KEYS = "deletes keys"
DOWN = "takes the machine down"


@dataclass(frozen=True, slots=True)
class Rule:
    """When a program destroys; see the module's text."""

    what: str
    options: str = ""
    words: str = ""
    unless: str = ""


_MKFS = (Rule(DISK, unless="-n --dry-run -V --version --help"),)
_DRY = "-n --dry-run --help"
_SIMULATE = "-s --simulate --dry-run --just-print --no-act --download-only -d"
_APT = (
    Rule(PACKAGES, words="remove purge autoremove autopurge", unless=_SIMULATE),
    Rule(PACKAGES, "--purge", unless=_SIMULATE),
)
_DELETERS = (Rule(FOLDERS, "-r -R --recursive"), Rule(FILES))

RULES: dict[str, tuple[Rule, ...]] = {
    "rm": _DELETERS,
    "srm": _DELETERS,
    "unlink": (Rule(FILES),),
    "shred": (Rule("overwrites files so that nothing can be recovered"),),
    "scrub": (Rule("overwrites files so that nothing can be recovered"),),
    "truncate": (Rule("cuts off what a file holds", "-s --size", unless="--help"),),
    "rsync": (
        Rule(
            "deletes files that the source does not have",
            "--delete --delete-before --delete-after --delete-during --delete-excluded --del",
            unless=_DRY,
        ),
        Rule("deletes files of the source", "--remove-source-files", unless=_DRY),
    ),
    "rclone": (Rule(FILES, words="delete deletefile purge sync", unless=_DRY),),
    "tar": (Rule(FILES, "--remove-files"),),
    "zip": (Rule(FILES, "-m --move"),),
    "gio": (
        Rule(FILES, words="remove"),
        Rule(TRASH, "--empty"),
        Rule("moves files to the trash", words="trash", unless="--list --restore"),
    ),
    "trash-empty": (Rule(TRASH),),
    "crontab": (Rule(TABLE, "-r", unless="-l"),),
    # Disks and file systems.
    "wipefs": (
        Rule(
            "erases the signatures of a file system",
            "-a --all -o --offset",
            unless=_DRY + " --no-act",
        ),
    ),
    "blkdiscard": (Rule(DISK),),
    "mkswap": _MKFS,
    "mke2fs": _MKFS,
    "mkntfs": _MKFS,
    "mkdosfs": _MKFS,
    "badblocks": (Rule(DISK, "-w", unless=""),),
    "fdisk": (Rule(PARTITIONS, unless="-l --list -s --getsz -V -h --help"),),
    "cfdisk": (Rule(PARTITIONS, unless="-V -h --help --read-only -r"),),
    "gdisk": (Rule(PARTITIONS, unless="-l"),),
    "sfdisk": (
        Rule(
            PARTITIONS,
            unless="-l --list -d --dump -J --json -F -V --verify -s -h --help -n --no-act",
        ),
    ),
    "sgdisk": (
        Rule(
            PARTITIONS,
            "-Z --zap-all -z --zap -o --clear -d --delete -n --new",
            unless="-P --pretend",
        ),
    ),
    "parted": (Rule(PARTITIONS, words="mklabel mktable mkpart rm resizepart rescue"),),
    "cryptsetup": (
        Rule(DISK, words="luksFormat erase luksErase reencrypt luksKillSlot luksRemoveKey"),
    ),
    "hdparm": (Rule(DISK, "--security-erase --security-erase-enhanced --trim-sector-ranges"),),
    "nvme": (Rule(DISK, words="format sanitize delete-ns"),),
    "mdadm": (Rule("erases the metadata of a disk array", "--zero-superblock"),),
    "lvremove": (Rule(VOLUMES, unless="-t --test"),),
    "vgremove": (Rule(VOLUMES, unless="-t --test"),),
    "pvremove": (Rule(VOLUMES, unless="-t --test"),),
    "lvreduce": (Rule("cuts off the end of a volume", unless="-t --test"),),
    "zfs": (Rule(VOLUMES, words="destroy rollback", unless="-n"),),
    "zpool": (Rule(VOLUMES, words="destroy labelclear"),),
    "btrfs": (Rule(VOLUMES, words="delete"),),
    "virsh": (Rule("deletes a virtual machine", words="undefine vol-delete vol-wipe pool-delete"),),
    # Users, packages, logs, keys.
    "userdel": (Rule(HOME, "-r --remove"), Rule(USER)),
    "deluser": (Rule(HOME, "--remove-home --remove-all-files"), Rule(USER)),
    "groupdel": (Rule("deletes a group"),),
    "delgroup": (Rule("deletes a group"),),
    "apt": _APT,
    "apt-get": _APT,
    "aptitude": (Rule(PACKAGES, words="remove purge", unless=_SIMULATE),),
    "dpkg": (Rule(PACKAGES, "-r --remove -P --purge", unless="--dry-run --no-act --simulate"),),
    "snap": (Rule(PACKAGES, words="remove"),),
    "flatpak": (Rule(PACKAGES, words="uninstall remove"),),
    "journalctl": (Rule(LOGS, "--vacuum-size --vacuum-time --vacuum-files"),),
    "gpg": (
        Rule(
            KEYS,
            "--delete-keys --delete-key --delete-secret-keys --delete-secret-key "
            "--delete-secret-and-public-key",
        ),
    ),
    "ufw": (Rule("deletes all rules of the firewall", words="reset"),),
    # Versions of files.
    "git": (
        Rule(
            "deletes files that git does not track",
            words="clean",
            options="-f --force",
            unless=_DRY,
        ),
        Rule(WORK, "--hard", "reset"),
        Rule(WORK, "", "restore", unless="--staged -S"),
        Rule(WORK, "--", "checkout"),
        Rule(WORK, "-f --force", "checkout switch"),
        Rule("deletes stashed work", "", "drop clear"),
        Rule("overwrites what others have pushed", "-f --force --mirror", "push", unless=_DRY),
        Rule("deletes a branch", "-d -D --delete", "branch push", unless=_DRY),
        Rule("rewrites the history", "", "filter-branch filter-repo"),
    ),
    "svn": (Rule(WORK, words="revert cleanup"),),
    # Databases.
    "dropdb": (Rule(DATABASE),),
    "dropuser": (Rule(DATABASE),),
    "mysqladmin": (Rule(DATABASE, words="drop"),),
    "redis-cli": (Rule(DATABASE, words="flushall flushdb FLUSHALL FLUSHDB del DEL"),),
    "pg_dropcluster": (Rule(DATABASE),),
    # Containers.
    "docker": (
        Rule(CONTAINERS, "", "prune rm rmi", unless="--help"),
        Rule(CONTAINERS, "-v --volumes", "down"),
    ),
    "docker-compose": (Rule(CONTAINERS, "-v --volumes", "down"), Rule(CONTAINERS, "", "rm")),
    "podman": (Rule(CONTAINERS, "", "prune rm rmi"), Rule(CONTAINERS, "-v --volumes", "down")),
    "kubectl": (Rule("deletes objects of the cluster", "", "delete drain", unless="--dry-run"),),
    "helm": (Rule("deletes objects of the cluster", "", "uninstall delete", unless="--dry-run"),),
    "lxc": (Rule(CONTAINERS, "", "delete"),),
    "vagrant": (Rule("deletes a virtual machine", "", "destroy"),),
    "terraform": (Rule("deletes infrastructure", "", "destroy"),),
}
# The first operand alone says what they do: "docker run rm" runs something called rm.
SUBCOMMANDS = frozenset(
    """
    git docker podman docker-compose kubectl helm zfs zpool apt apt-get aptitude snap flatpak ufw
    svn lxc terraform vagrant rclone nvme virsh gio
    """.split()  # noqa: SIM905 - a block of words reads better than quoted ones
)
# "docker volume rm": the second word counts, too.
GROUPS = frozenset(
    """
    volume container image network system builder compose stash pod reflog remote worktree
    """.split()  # noqa: SIM905 - as above
)
# These take the machine down; no data is lost.
LEAVING: dict[str, tuple[Rule, ...]] = {
    "shutdown": (Rule(DOWN, unless="-c --show --help"),),
    "reboot": (Rule(DOWN, unless="--help"),),
    "poweroff": (Rule(DOWN, unless="--help"),),
    "halt": (Rule(DOWN, unless="--help"),),
    "init": (Rule(DOWN, words="0 1 6"),),
    "telinit": (Rule(DOWN, words="0 1 6"),),
    "systemctl": (
        Rule(
            DOWN,
            words="reboot poweroff halt kexec soft-reboot rescue emergency isolate suspend "
            "hibernate",
        ),
    ),
}
