"""What it most likely means when a signal ends the engine, in words.  A table."""

from __future__ import annotations

import signal

WRONG_PROCESSOR = "it is not compatible with this processor"
OTHER_BUILD = (
    "use another engine (CORTEX_LLM_ENGINE=xllamacpp in /etc/cortex/llm.env) "
    "or another build (install-llm.sh build)"
)
REASONS = {
    signal.SIGILL: "it was built for another processor",
    signal.SIGSEGV: WRONG_PROCESSOR,
    signal.SIGBUS: "the model file changed or is on a failing disk",
    signal.SIGKILL: "it was killed, probably out of memory",
    signal.SIGABRT: "it aborted",
}
