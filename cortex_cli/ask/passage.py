"""A passage that an answer may use, and how it is quoted.

A plain value: citations.py makes one of what the indexes and this machine hold.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Passage:
    """A text and its source: ``apt: nginx 1.22.1``.

    ``excerpt`` is the part of it that covers most of the question.
    """

    subject: str
    summary: str
    text: str
    source: str
    excerpt: str = ""

    @property
    def sentence(self) -> str:
        """The summary as one sentence that names its subject."""
        if not self.subject:
            return self.summary
        summary = self.summary.rstrip(".")
        return f"{self.subject}: {summary}." if summary else self.subject

    @property
    def quotation(self) -> str:
        """The sentence and the excerpt."""
        return f"{self.sentence}\n{self.excerpt}" if self.excerpt else self.sentence
