"""What a signal means, by number or name."""

from __future__ import annotations

import re
import signal
from typing import TYPE_CHECKING

from cortex_cli.concepts.phrases import COLON, LIKELY, SURE, blocks, explanation, left_over

if TYPE_CHECKING:
    from cortex_cli.finding import Finding

SOURCE = "man signal(7)"
_NAMED = re.compile(r"(?<![\w-])(?:-?SIG|-)([A-Z]{2,6}\d?)(?![\w-])", re.IGNORECASE)
_NUMBERED = re.compile(
    r"\b(?:signal|señal|kill|sig)\s*(?:number|no\.?|numéro|número|n°|#|-s|-n)?\s*-?(\d{1,2})(?![\w.])",
    re.IGNORECASE,
)
_BARE_NAME = re.compile(
    r"\b(?:kill|signal|señal)\s+(?:-s\s+)?-?(?:SIG)?([A-Za-z]{3,6}\d?)\b", re.IGNORECASE
)
_NAME_FIRST = re.compile(r"\b([A-Z]{3,6}\d?)\s+(?:signal|señal)\b")
CUES = blocks(
    """
    signal signals kill killed process number sent send sends when receives pid happens linux
    command terminated name
    signaux processus tue envoie envoyer commande nom recoit
    senal senales proceso envia enviar comando nombre mata recibe orden
    """
)
HEAD = {
    "en": "{name} is signal {number}: ",
    "fr": "{name} est le signal {number} : ",
    "es": "{name} es la señal {number}: ",
}
CANNOT = frozenset({"KILL", "STOP"})
TEXTS: dict[str, tuple[str, str, str]] = {
    "HUP": (
        "the terminal was closed; by convention it also tells a daemon to reread its configuration. By default the process ends.",
        "le terminal a été fermé ; par convention, il demande aussi à un démon de relire sa configuration. Par défaut, le processus se termine.",
        "se cerró el terminal; por convención también pide a un demonio que relea su configuración. Por defecto el proceso termina.",
    ),
    "INT": (
        "interrupt from the keyboard, Ctrl-C. By default the process ends; it may catch the signal to tidy up.",
        "interruption au clavier, Ctrl-C. Par défaut, le processus se termine ; il peut l'intercepter pour finir proprement.",
        "interrupción desde el teclado, Ctrl-C. Por defecto el proceso termina; puede capturarla para cerrar con orden.",
    ),
    "QUIT": (
        "quit from the keyboard, Ctrl-\\. By default the process ends and leaves a core dump.",
        "arrêt au clavier, Ctrl-\\. Par défaut, le processus se termine et laisse un fichier core.",
        "salida desde el teclado, Ctrl-\\. Por defecto el proceso termina y deja un volcado core.",
    ),
    "ILL": (
        "illegal instruction: the processor does not know the machine code, often because the program was built for a newer one.",
        "instruction illégale : le processeur ne connaît pas le code machine, souvent parce que le programme vise un modèle plus récent.",
        "instrucción ilegal: el procesador no conoce el código máquina, a menudo porque el programa se compiló para uno más nuevo.",
    ),
    "TRAP": (
        "a breakpoint or trace trap, used by debuggers.",
        "point d'arrêt ou trace, utilisé par les débogueurs.",
        "punto de interrupción o traza, usado por los depuradores.",
    ),
    "ABRT": (
        "the program aborted itself, usually after a failed check or damaged memory. It ends with a core dump.",
        "le programme s'est interrompu lui-même, en général après un contrôle échoué ou une mémoire corrompue. Il laisse un fichier core.",
        "el programa se abortó a sí mismo, normalmente tras una comprobación fallida o memoria dañada. Termina con un volcado core.",
    ),
    "BUS": (
        "bus error: memory was accessed that does not exist or is misaligned, for example a mapped file that was cut short.",
        "erreur de bus : accès à une mémoire inexistante ou mal alignée, par exemple un fichier projeté puis tronqué.",
        "error de bus: acceso a memoria inexistente o mal alineada, por ejemplo un archivo mapeado que se truncó.",
    ),
    "FPE": (
        "arithmetic error, usually an integer division by zero.",
        "erreur arithmétique, en général une division entière par zéro.",
        "error aritmético, normalmente una división entera por cero.",
    ),
    "KILL": (
        "the kernel ends the process at once. It cannot be caught, blocked or ignored, so nothing is saved; try TERM first. The OOM killer uses it too.",
        "le noyau met fin au processus immédiatement. Il ne peut être ni intercepté, ni bloqué, ni ignoré : rien n'est sauvegardé ; essayez d'abord TERM. L'OOM killer s'en sert aussi.",
        "el núcleo termina el proceso de inmediato. No puede capturarse, bloquearse ni ignorarse, así que no se guarda nada; pruebe antes TERM. También la usa el OOM killer.",
    ),
    "USR1": (
        "free for each program to define; dd prints its progress, for example. By default the process ends.",
        "laissé à chaque programme ; dd affiche par exemple sa progression. Par défaut, le processus se termine.",
        "libre para cada programa; dd, por ejemplo, muestra su avance. Por defecto el proceso termina.",
    ),
    "SEGV": (
        "segmentation fault: the program touched memory that is not its own, nearly always a bug in it. It ends with a core dump.",
        "erreur de segmentation : le programme a touché une mémoire qui n'est pas la sienne, presque toujours un bogue. Il laisse un fichier core.",
        "fallo de segmentación: el programa accedió a memoria que no es suya, casi siempre un error del programa. Termina con un volcado core.",
    ),
    "USR2": (
        "free for each program to define. By default the process ends.",
        "laissé à chaque programme. Par défaut, le processus se termine.",
        "libre para cada programa. Por defecto el proceso termina.",
    ),
    "PIPE": (
        "broken pipe: the program wrote to a pipe or connection that nobody reads any more, as in yes | head. By default it ends.",
        "tube rompu : le programme a écrit dans un tube ou une connexion que plus personne ne lit, comme dans yes | head. Par défaut, il se termine.",
        "tubería rota: el programa escribió en una tubería o conexión que ya nadie lee, como en yes | head. Por defecto termina.",
    ),
    "ALRM": (
        "a timer that the program set has run out. By default it ends.",
        "une minuterie posée par le programme est écoulée. Par défaut, il se termine.",
        "venció un temporizador que puso el programa. Por defecto termina.",
    ),
    "TERM": (
        "please end. It is what kill and systemctl stop send first; the program may catch it, save its work and exit.",
        "demande de fin. C'est ce qu'envoient d'abord kill et systemctl stop ; le programme peut l'intercepter, sauvegarder et quitter.",
        "petición de terminar. Es lo que envían primero kill y systemctl stop; el programa puede capturarla, guardar y salir.",
    ),
    "CHLD": (
        "a child process stopped or ended. It is ignored by default; a parent uses it to collect exit statuses.",
        "un processus enfant s'est arrêté ou terminé. Ignoré par défaut ; le parent s'en sert pour relever les codes de retour.",
        "un proceso hijo se detuvo o terminó. Se ignora por defecto; el padre la usa para recoger los estados de salida.",
    ),
    "CONT": (
        "continue after a stop; fg and bg send it.",
        "reprise après un arrêt ; fg et bg l'envoient.",
        "continuar tras una parada; la envían fg y bg.",
    ),
    "STOP": (
        "the kernel pauses the process. It cannot be caught or ignored; CONT resumes it.",
        "le noyau suspend le processus. Il ne peut être ni intercepté ni ignoré ; CONT le reprend.",
        "el núcleo pausa el proceso. No puede capturarse ni ignorarse; CONT lo reanuda.",
    ),
    "TSTP": (
        "stop from the keyboard, Ctrl-Z. The process pauses; fg or bg resumes it.",
        "suspension au clavier, Ctrl-Z. Le processus se met en pause ; fg ou bg le reprend.",
        "parada desde el teclado, Ctrl-Z. El proceso se pausa; fg o bg lo reanuda.",
    ),
    "TTIN": (
        "a background job tried to read from the terminal; it pauses.",
        "une tâche d'arrière-plan a voulu lire le terminal ; elle se met en pause.",
        "una tarea en segundo plano intentó leer del terminal; se pausa.",
    ),
    "TTOU": (
        "a background job tried to write to the terminal or change it; it pauses.",
        "une tâche d'arrière-plan a voulu écrire sur le terminal ou le régler ; elle se met en pause.",
        "una tarea en segundo plano intentó escribir en el terminal o cambiarlo; se pausa.",
    ),
    "URG": (
        "urgent data arrived on a socket. It is ignored by default.",
        "des données urgentes sont arrivées sur une socket. Ignoré par défaut.",
        "llegaron datos urgentes a un socket. Se ignora por defecto.",
    ),
    "XCPU": (
        "the limit on CPU time (ulimit -t) was exceeded.",
        "la limite de temps processeur (ulimit -t) est dépassée.",
        "se superó el límite de tiempo de CPU (ulimit -t).",
    ),
    "XFSZ": (
        "the limit on file size (ulimit -f) was exceeded.",
        "la limite de taille de fichier (ulimit -f) est dépassée.",
        "se superó el límite de tamaño de archivo (ulimit -f).",
    ),
    "WINCH": (
        "the terminal window changed its size. It is ignored by default.",
        "la fenêtre du terminal a changé de taille. Ignoré par défaut.",
        "la ventana del terminal cambió de tamaño. Se ignora por defecto.",
    ),
    "SYS": (
        "a system call that does not exist or that a seccomp filter forbids.",
        "appel système inexistant ou interdit par un filtre seccomp.",
        "llamada al sistema inexistente o prohibida por un filtro seccomp.",
    ),
}
LANGUAGES = ("en", "fr", "es")


def explain(question: str, language: str) -> Finding | None:
    """What the signal in ``question`` means."""
    for pattern, sure in (
        (_NAMED, SURE), (_NUMBERED, SURE), (_BARE_NAME, SURE), (_NAME_FIRST, SURE)
    ):  # fmt: skip
        match = pattern.search(question)
        name = None if match is None else _name(match[1])
        if match is None or name is None:
            continue
        rest = question[: match.start()] + " " + question[match.end() :]
        rest = re.sub(r"\(?\bSIG[A-Z]+\d?\)?|\bPID\b|\b\d{1,2}\b", " ", rest)
        if left_over(rest, CUES):
            continue
        dash = match[0].startswith("-") and "kill" not in question.lower()
        return explanation(sentence(name, language), SOURCE, f"SIG{name}", LIKELY if dash else sure)
    return None


def sentence(name: str, language: str) -> str:
    """What signal ``name`` (without SIG) means."""
    number = int(getattr(signal, f"SIG{name}"))
    head = HEAD[language].format(name=f"SIG{name}", number=number)
    return head + TEXTS[name][LANGUAGES.index(language)]


def short(name: str, language: str) -> str:
    """The same in one sentence, without the name."""
    return TEXTS[name][LANGUAGES.index(language)].split(". ")[0].rstrip(".")


def name_of(number: int) -> str | None:
    """The name, without SIG, of a signal that has a text."""
    try:
        name = signal.Signals(number).name.removeprefix("SIG")
    except ValueError:
        return None
    return name if name in TEXTS else None


def _name(said: str) -> str | None:
    if said.isdecimal():
        return name_of(int(said))
    name = said.upper()
    return name if name in TEXTS and hasattr(signal, f"SIG{name}") else None


__all__ = ["COLON", "explain", "name_of", "sentence", "short"]
