"""What a command does, as far as the policy distinguishes it."""

from __future__ import annotations

from enum import StrEnum


class Effect(StrEnum):
    """The value of ``effect`` in a policy's rules."""

    READS = "reads"  # shows what any user of this machine may know; changes nothing
    PROBES = "probes"  # asks a named host whether it is there; sends nothing else
    SECRETS = "secrets"  # reads keys, passwords, private files, or memory
    NETWORK = "network"  # exchanges data with other machines
    WRITES = "writes"  # writes a file of the user's, or a temporary one
    ROOT = "root"  # runs as another user, root unless it says so
