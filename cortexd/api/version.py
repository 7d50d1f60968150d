"""The one place of the version; ``pyproject.toml`` reads it from here.

Not ``importlib.metadata``: that costs the daemon 2 MB and every command 20 ms.
"""

VERSION = "0.1.0"
