#!/usr/bin/env python3
"""The setup wizard: which model should answer, and what it needs on this machine.

    scripts/setup_daemon.py [--yes] [--backend NAME] [--model NAME] …   (--help: everything)

It needs nothing but Python 3.11; the wizard itself is cortex_llm/wizard.py.
"""

import os
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent.parent


def main() -> int:
    """Run the wizard of the checkout, or of the installation that this lies in."""
    if sys.version_info < (3, 11):  # noqa: UP036 - run by whatever python3 is there
        sys.stderr.write("setup_daemon: Python 3.11 or later is needed\n")
        return 1
    if (HERE / "cortex_llm").is_dir():
        sys.path.insert(0, str(HERE))
    elif (HERE / "bin/cortex-llm").exists():
        program = str(HERE / "bin/cortex-llm")
        os.execv(program, [program, "setup", *sys.argv[1:]])  # noqa: S606 - no shell is the point
    from cortex_llm.__main__ import main as cortex_llm

    return cortex_llm(["setup", *sys.argv[1:]])


if __name__ == "__main__":
    sys.exit(main())
