"""What models are good for, by profile.  The trial decides between the last three."""

from __future__ import annotations

NANO, BASE, TINY, CHAT = "nano", "base", "tiny", "chat"
#: What nobody has tested yet.
UNTESTED = "untested"

#: As people read it; `cortex_cli/model/prompts.py` has the same words, and a test compares them.
PURPOSES = {
    NANO: "classifying requests, choosing among candidates, quoting passages; "
    "for open questions set up a larger model: cortex llm list",
    BASE: "nothing here: it continues text instead of answering; use an instruction model: "
    "cortex llm list",
    TINY: "putting what Cortex has found into words; not for open questions or alerts: "
    "it is often wrong",
    CHAT: "open questions, explanations, alerts",
    UNTESTED: "unknown: it has not been tested; cortex doctor tests it",
}
