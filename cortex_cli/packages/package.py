"""What is known of one package, and how well one fits a search.

Plain values: how they are read from the index is knowledge.py's.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

# From here on the catalogue found a hit, rather than the words of the lists.
CATALOGUE_SCORE = 0.5


@dataclass(frozen=True, slots=True)
class Package:
    """One package, as the machine's lists and dpkg describe it."""

    name: str
    version: str
    installed: str | None
    origin: str
    section: str
    kind: str
    short: str
    long: str
    essential: bool
    popularity: float

    @property
    def shown_version(self) -> str:
        """The installed version, or else the available one."""
        return self.installed or self.version

    @property
    def upstream_version(self) -> str:
        """``shown_version`` without epoch and Debian revision: 1.22.1 of 1:1.22.1-9+deb12u9."""
        _, colon, rest = self.shown_version.partition(":")
        version = rest if colon else self.shown_version
        return version.rpartition("-")[0] or version

    @property
    def source(self) -> str:
        """How an answer cites it: ``apt: nginx 1.22.1``."""
        return f"apt: {self.name} {self.upstream_version}"


@dataclass(frozen=True, slots=True)
class Hit:
    """A package that answers a search.

    ``covered`` is the share of the request's terms that it has, ``curated`` how surely the
    catalogue means it; both 0 to 1.
    """

    package: Package
    score: float
    covered: float
    curated: float

    @property
    def finder(self) -> Literal["catalogue", "index"]:
        """What found it: the catalogue of intents, or the words of the lists."""
        return "catalogue" if self.curated >= CATALOGUE_SCORE else "index"
