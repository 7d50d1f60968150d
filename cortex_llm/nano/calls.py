"""Training examples of tool calls: tools are listed, a request comes, one call answers.

The names of tools vary, so that the model reads the list instead of knowing it by heart; where
the tool that a request needs is not listed, the answer is NO_CALL.
"""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass

from cortex_llm.nano import prompts
from cortex_llm.nano.example import Example, choose_language
from cortex_llm.nano.grammar import Grammar
from cortex_llm.nano.prompts import Tool

MISSING = 0.15  # share of requests whose tool is not listed


@dataclass(frozen=True)
class Kind:
    """A kind of tool: its possible names, its parameters, and requests by language."""

    names: tuple[str, ...]
    parameters: tuple[str, ...]
    description: str
    requests: Mapping[str, tuple[str, ...]]


KINDS = (
    Kind(
        ("open_app", "launch_app", "start_program", "run_app"),
        ("name",),
        "open a program",
        {
            "en": ("(open|launch|start|bring up|please open|can you start) [name={t_app}]",),
            "fr": ("(ouvre|lance|démarre|affiche|peux-tu ouvrir) [name={t_app}]",),
            "es": ("(abre|lanza|inicia|muestra|puedes abrir) [name={t_app}]",),
        },
    ),
    Kind(
        ("close_app", "quit_app", "stop_program"),
        ("name",),
        "close a program",
        {
            "en": ("(close|quit|exit|shut|please close) [name={t_app}]",),
            "fr": ("(ferme|quitte|arrête|peux-tu fermer) [name={t_app}]",),
            "es": ("(cierra|sal de|termina|puedes cerrar) [name={t_app}]",),
        },
    ),
    Kind(
        ("add_todo", "new_task", "todo_add"),
        ("text",),
        "add a task to the list",
        {
            "en": (
                "add [text={t_todo}] to my (tasks|todo list|to-do list)",
                "(new task|todo|add a task): [text={t_todo}]",
                "put [text={t_todo}] on my (list|todo list)",
            ),
            "fr": (
                "ajoute [text={t_todo}] à ma liste (de tâches|)",
                "(nouvelle tâche|à faire|ajoute une tâche) : [text={t_todo}]",
                "note [text={t_todo}] dans mes tâches",
            ),
            "es": (
                "añade [text={t_todo}] a mi lista (de tareas|)",
                "(nueva tarea|pendiente|agrega una tarea): [text={t_todo}]",
                "apunta [text={t_todo}] en mis tareas",
            ),
        },
    ),
    Kind(
        ("set_timer", "start_timer", "timer"),
        ("duration",),
        "start a timer",
        {
            "en": ("(set|start) a (timer|countdown) (for|of) [duration={t_time}]",),
            "fr": ("(mets|lance) un (minuteur|compte à rebours) de [duration={t_time}]",),
            "es": ("(pon|inicia) (un temporizador|una cuenta atrás) de [duration={t_time}]",),
        },
    ),
    Kind(
        ("remind", "set_reminder", "add_reminder"),
        ("text", "when"),
        "remind of something at a time",
        {
            "en": (
                "remind me to [text={t_todo}] [when={t_when}]",
                "remind me [when={t_when}] to [text={t_todo}]",
            ),
            "fr": (
                "rappelle-moi de [text={t_todo}] [when={t_when}]",
                "rappelle-moi [when={t_when}] de [text={t_todo}]",
            ),
            "es": (
                "recuérdame [text={t_todo}] [when={t_when}]",
                "recuérdame [when={t_when}] que debo [text={t_todo}]",
            ),
        },
    ),
    Kind(
        ("lock_screen", "lock"),
        (),
        "lock the screen",
        {
            "en": ("(lock|please lock) (the|my) (screen|session|computer)",),
            "fr": ("verrouille (l'écran|la session|l'ordinateur)",),
            "es": ("bloquea (la pantalla|la sesión|el ordenador)",),
        },
    ),
    Kind(
        ("screenshot", "take_screenshot", "capture_screen"),
        (),
        "take a picture of the screen",
        {
            "en": ("(take|make|grab) a (screenshot|screen capture|picture of the screen)",),
            "fr": ("(fais|prends) une (capture d'écran|copie d'écran|photo de l'écran)",),
            "es": ("(haz|toma) una (captura de pantalla|foto de la pantalla)",),
        },
    ),
    Kind(
        ("shopping_add", "add_to_shopping_list", "buy"),
        ("item",),
        "add an item to the shopping list",
        {
            "en": ("(add|put) [item={t_item}] (to|on) (my|the) (shopping|grocery) list",),
            "fr": ("(ajoute|mets) [item={t_item}] (à|sur) ma liste de courses",),
            "es": ("(añade|pon) [item={t_item}] (a|en) mi lista de la compra",),
        },
    ),
    Kind(
        ("send_message", "message", "write_to"),
        ("person", "text"),
        "send somebody a message",
        {
            "en": ("(tell|write to|message) [person={t_person}] to [text={t_todo}]",),
            "fr": ("(dis à|écris à) [person={t_person}] de [text={t_todo}]",),
            "es": ("(dile a|escribe a) [person={t_person}] que debe [text={t_todo}]",),
        },
    ),
    Kind(
        ("install", "install_package", "apt_install"),
        ("package",),
        "install a package",
        {
            "en": ("(install|please install|get me|add the package) [package={package}]",),
            "fr": ("(installe|installe-moi|ajoute le paquet) [package={package}]",),
            "es": ("(instala|instálame|añade el paquete) [package={package}]",),
        },
    ),
    Kind(
        ("health", "system_health", "check_machine"),
        (),
        "how the machine is doing",
        {"en": ("{health}",), "fr": ("{health}",), "es": ("{health}",)},
    ),
    Kind(
        ("search_web", "web_search", "look_up"),
        ("query",),
        "search the web",
        {
            "en": ("(search|look up|google) [query={concept}] (online|on the web)",),
            "fr": ("(cherche|recherche) [query={term_plain}] sur (internet|le web)",),
            "es": ("(busca) [query={term_plain}] en (internet|la web)",),
        },
    ),
)


class Calls:
    """Makes examples of the task `call`."""

    def __init__(self, grammars: Mapping[str, Grammar]) -> None:
        self._grammars = grammars

    def call(self, chance: random.Random) -> Example | None:
        """A request, some tools, and the call that serves it."""
        language = choose_language(chance)
        kind = chance.choice(KINDS)
        sentence = self._grammars[language].say(kind.requests[language], chance)
        others = [other for other in KINDS if other is not kind]
        tools = [_tool(other, chance) for other in chance.sample(others, chance.randint(0, 5))]
        answer = prompts.NO_CALL
        if chance.random() >= MISSING or not tools:
            wanted = _tool(kind, chance)
            tools.insert(chance.randint(0, len(tools)), wanted)
            answer = prompts.call_reply(
                wanted.name, {name: sentence.spans.get(name, "") for name in wanted.parameters}
            )
        return Example("call", prompts.call(sentence.text, tools), answer)


def _tool(kind: Kind, chance: random.Random) -> Tool:
    return Tool(chance.choice(kind.names), kind.parameters, kind.description)
