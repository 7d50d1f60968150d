"""The one table of commands: name → module and attribute.  A module loads when it is named."""

COMMANDS = {
    "ask": "cortex_cli.commands.ask:ask",
    "chat": "cortex_cli.commands.chat:chat",
    "search": "cortex_cli.commands.search:search",
    "install": "cortex_cli.commands.install:install",
    "history": "cortex_cli.commands.history:history",
    "rollback": "cortex_cli.commands.rollback:rollback",
    "up": "cortex_cli.commands.services:up",
    "down": "cortex_cli.commands.services:down",
    "status": "cortex_cli.commands.services:status",
    "alerts": "cortex_cli.commands.alerts:alerts",
    "daemon": "cortex_cli.commands.daemon:daemon",
    "llm": "cortex_cli.commands.llm:llm",
    "doctor": "cortex_cli.commands.doctor:doctor",
    "completion": "cortex_cli.commands.completion:completion",
}
