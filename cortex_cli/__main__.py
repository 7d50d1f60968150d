"""``python -m cortex_cli``: the same as ``cortex``."""

import sys

from cortex_cli.main import main

sys.exit(main())
