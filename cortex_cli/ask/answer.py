"""Produces an answer: what the answerers are sure of is printed as it is, else a model is asked.

A model costs time and may be wrong; what stands in the catalogues or can be looked up is neither.
The model's part, ``model_answer.py``, is imported only when it is needed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from cortex_cli.ask import answerers
from cortex_cli.ask.request import print_finding

if TYPE_CHECKING:
    from cortex_cli.ask.request import Answer, Request, Show
    from cortex_cli.settings import Settings


def answer(settings: Settings, request: Request, show: Show) -> Answer:
    """Answer ``request``; each piece of text goes to ``show`` as soon as it may be shown.

    Raises:
        CortexError: no daemon, no model, or the model stopped mid-answer.
    """
    finding = answerers.find(request, settings) if request.system is None else None
    if finding and finding.confidence >= answerers.ENOUGH:
        return print_finding(request, finding, show)
    from cortex_cli.ask.model_answer import answer_with_model

    return answer_with_model(settings, request, finding, show)
