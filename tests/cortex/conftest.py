"""What these tests share: a daemon, one with a scripted model, and a user's environment."""

from tests.cortex_cli.conftest import cortex, runtime
from tests.cortexd.conftest import asked, cortexd, llm

__all__ = ["asked", "cortex", "cortexd", "llm", "runtime"]
