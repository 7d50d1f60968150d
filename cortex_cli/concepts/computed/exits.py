"""What an exit status says: the shell's, 128 plus a signal, and those of systemd (200 to 245)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from cortex_cli.concepts.computed import signals
from cortex_cli.concepts.phrases import blocks, explanation, left_over

if TYPE_CHECKING:
    from cortex_cli.finding import Finding

_STATUS = re.compile(
    r"\b(?:exit(?:ed)?|return(?:ed)?|status|errorlevel|salida|retorno|retour|sortie|estado|statut|code|código"
    r"|codigo|rc|ended|failed|terminé|terminó)\W{1,3}"
    r"(?:(?:status|code|value|with|of|is|código|codigo|code|de|d'|del|estado|statut|avec|con|es|est"
    r"|salida|retour|retorno|sortie|le|el|número|numéro)\W{1,3}){0,5}(\d{1,3})(?![\w.])",
    re.IGNORECASE,
)
_SYSTEMD = re.compile(r"\bstatus=(\d{1,3})(?:/([A-Z_]+))?", re.IGNORECASE)
_DOLLAR = re.compile(r"\$\?\s*(?:=|is|est|es|==)?\s*(\d{1,3})(?![\w.])")
CUES = blocks(
    """
    exit exited status return returned returns code codes error command process program script
    service unit with ended failed bash shell linux systemd value main get got happens gives
    terminated after
    sortie retour statut commande processus programme service echoue termine avec renvoie rend
    erreur retourne
    salida retorno estado comando proceso programa servicio fallo termino termina devuelve error
    orden devuelto
    """
)
HTTP_LIKE = re.compile(r"\bhttps?\b", re.IGNORECASE)
LANGUAGES = ("en", "fr", "es")
HEAD = {"en": "Exit status {}: ", "fr": "Code de sortie {} : ", "es": "Estado de salida {}: "}
SHELL: dict[int, tuple[str, str, str]] = {
    0: (
        "success.",
        "succès.",
        "éxito.",
    ),
    1: (
        "a general error; each program decides what it means, so read what it printed. grep uses it for “nothing found”, diff for “files differ”.",
        "erreur générale ; chaque programme en décide le sens, lisez donc son message. grep s'en sert pour « rien trouvé », diff pour « fichiers différents ».",
        "error general; cada programa decide su significado, lea lo que imprimió. grep lo usa para «nada encontrado», diff para «archivos distintos».",
    ),
    2: (
        "usually wrong usage: an unknown option or a missing argument. In ls it is serious trouble, in grep an error.",
        "en général un mauvais emploi : option inconnue ou argument manquant. Pour ls un problème sérieux, pour grep une erreur.",
        "normalmente mal uso: opción desconocida o argumento ausente. En ls es un problema grave, en grep un error.",
    ),
    124: (
        "the command timeout gave up: the time limit passed.",
        "la commande timeout a abandonné : le délai est dépassé.",
        "la orden timeout se rindió: se agotó el tiempo límite.",
    ),
    125: (
        "the wrapper itself failed (timeout, env, nohup, docker run), not the command inside.",
        "l'enveloppe elle-même a échoué (timeout, env, nohup, docker run), pas la commande lancée.",
        "falló el propio envoltorio (timeout, env, nohup, docker run), no la orden lanzada.",
    ),
    126: (
        "the command was found but cannot be executed: no execute permission, a directory, or a wrong format.",
        "la commande existe mais ne peut être exécutée : droit d'exécution absent, répertoire ou format incorrect.",
        "la orden existe pero no puede ejecutarse: falta permiso de ejecución, es un directorio o tiene formato incorrecto.",
    ),
    127: (
        "command not found: the name is misspelt, not installed, or not in a directory of PATH.",
        "commande introuvable (not found) : nom mal écrit, programme non installé ou absent du PATH.",
        "orden no encontrada (not found): nombre mal escrito, programa no instalado o fuera del PATH.",
    ),
    128: (
        "an invalid argument to exit; git uses it for a fatal error.",
        "argument invalide pour exit ; git s'en sert pour une erreur fatale.",
        "argumento no válido para exit; git lo usa para un error fatal.",
    ),
    255: (
        "out of range or −1 as a byte; ssh uses it when the connection itself failed.",
        "hors limites, ou −1 sur un octet ; ssh s'en sert quand la connexion elle-même a échoué.",
        "fuera de rango, o −1 en un byte; ssh lo usa cuando falló la propia conexión.",
    ),
}
BY_SIGNAL = {
    "en": "128 + {number}, so signal {number} ({name}) ended the process: {text}.",
    "fr": "128 + {number}, donc le signal {number} ({name}) a mis fin au processus : {text}.",
    "es": "128 + {number}, así que la señal {number} ({name}) terminó el proceso: {text}.",
}
OOM = {
    "en": " If nobody killed it, memory probably ran out: see journalctl -k.",
    "fr": " Si personne ne l'a tué, la mémoire manquait sans doute : voir journalctl -k.",
    "es": " Si nadie lo mató, probablemente se agotó la memoria: vea journalctl -k.",
}
OWN = {
    "en": "a meaning of the program's own; zero is success, anything else a failure. Its manual "
    "(section EXIT STATUS) says which.",
    "fr": "un sens propre au programme ; zéro est un succès, tout le reste un échec. Son manuel "
    "(section EXIT STATUS) le précise.",
    "es": "un significado propio del programa; cero es éxito y lo demás, fallo. Su manual (sección "
    "EXIT STATUS) lo precisa.",
}
BY_SYSTEMD = {
    "en": "from systemd ({name}), before the program itself ran: {text}.",
    "fr": "vient de systemd ({name}), avant que le programme ne démarre : {text}.",
    "es": "procede de systemd ({name}), antes de que arrancara el programa: {text}.",
}
SYSTEMD: dict[int, tuple[str, str, str, str]] = {
    200: ("CHDIR", "WorkingDirectory= could not be entered", "impossible d'entrer dans WorkingDirectory=", "no se pudo entrar en WorkingDirectory="),
    201: ("NICE", "the nice value could not be set", "la priorité nice n'a pas pu être fixée", "no se pudo fijar la prioridad nice"),
    202: ("FDS", "file descriptors could not be arranged", "les descripteurs de fichier n'ont pu être préparés", "no se pudieron preparar los descriptores de archivo"),
    203: ("EXEC", "the program of ExecStart= could not be executed: wrong path, no execute permission or a bad #! line", "le programme d'ExecStart= n'a pu être exécuté : chemin faux, droit d'exécution absent ou ligne #! incorrecte", "no se pudo ejecutar el programa de ExecStart=: ruta errónea, sin permiso de ejecución o línea #! incorrecta"),
    204: ("MEMORY", "out of memory while preparing", "mémoire insuffisante pendant la préparation", "sin memoria durante la preparación"),
    205: ("LIMITS", "a resource limit (Limit…=) could not be set", "une limite de ressources (Limit…=) n'a pu être fixée", "no se pudo fijar un límite de recursos (Limit…=)"),
    206: ("OOM_ADJUST", "OOMScoreAdjust= could not be set", "OOMScoreAdjust= n'a pu être fixé", "no se pudo fijar OOMScoreAdjust="),
    207: ("SIGNAL_MASK", "the signal mask could not be set", "le masque de signaux n'a pu être fixé", "no se pudo fijar la máscara de señales"),
    208: ("STDIN", "standard input could not be set up", "l'entrée standard n'a pu être préparée", "no se pudo preparar la entrada estándar"),
    209: ("STDOUT", "standard output could not be set up", "la sortie standard n'a pu être préparée", "no se pudo preparar la salida estándar"),
    210: ("CHROOT", "RootDirectory= could not be entered", "impossible d'entrer dans RootDirectory=", "no se pudo entrar en RootDirectory="),
    211: ("IOPRIO", "the I/O priority could not be set", "la priorité d'entrées-sorties n'a pu être fixée", "no se pudo fijar la prioridad de E/S"),
    212: ("TIMERSLACK", "TimerSlackNSec= could not be set", "TimerSlackNSec= n'a pu être fixé", "no se pudo fijar TimerSlackNSec="),
    213: ("SECUREBITS", "SecureBits= could not be set", "SecureBits= n'a pu être fixé", "no se pudo fijar SecureBits="),
    214: ("SETSCHEDULER", "the CPU scheduling could not be set", "l'ordonnancement n'a pu être fixé", "no se pudo fijar la planificación de CPU"),
    215: ("CPUAFFINITY", "CPUAffinity= could not be set", "CPUAffinity= n'a pu être fixé", "no se pudo fijar CPUAffinity="),
    216: ("GROUP", "the group of Group= does not exist or could not be taken", "le groupe de Group= n'existe pas ou n'a pu être pris", "el grupo de Group= no existe o no pudo tomarse"),
    217: ("USER", "the user of User= does not exist or could not be taken", "l'utilisateur de User= n'existe pas ou n'a pu être pris", "el usuario de User= no existe o no pudo tomarse"),
    218: ("CAPABILITIES", "capabilities could not be set", "les capacités n'ont pu être fixées", "no se pudieron fijar las capacidades"),
    219: ("CGROUP", "the control group could not be prepared", "le groupe de contrôle n'a pu être préparé", "no se pudo preparar el grupo de control"),
    220: ("SETSID", "a new session could not be made", "une nouvelle session n'a pu être créée", "no se pudo crear una sesión nueva"),
    221: ("CONFIRM", "starting was cancelled at the console", "le démarrage a été annulé à la console", "el arranque se canceló en la consola"),
    222: ("STDERR", "standard error could not be set up", "la sortie d'erreur n'a pu être préparée", "no se pudo preparar la salida de error"),
    224: ("PAM", "the PAM session could not be opened", "la session PAM n'a pu être ouverte", "no se pudo abrir la sesión PAM"),
    225: ("NETWORK", "PrivateNetwork= could not be set up", "PrivateNetwork= n'a pu être préparé", "no se pudo preparar PrivateNetwork="),
    226: ("NAMESPACE", "a mount namespace could not be set up, often because a path of ReadWritePaths= and the like does not exist", "un espace de noms de montage n'a pu être préparé, souvent car un chemin de ReadWritePaths= ou similaire n'existe pas", "no se pudo preparar un espacio de nombres de montaje, a menudo porque una ruta de ReadWritePaths= o similar no existe"),
    227: ("NO_NEW_PRIVILEGES", "NoNewPrivileges= could not be set", "NoNewPrivileges= n'a pu être fixé", "no se pudo fijar NoNewPrivileges="),
    228: ("SECCOMP", "the system call filter could not be set", "le filtre d'appels système n'a pu être fixé", "no se pudo fijar el filtro de llamadas al sistema"),
    229: ("SELINUX_CONTEXT", "the SELinux context could not be set", "le contexte SELinux n'a pu être fixé", "no se pudo fijar el contexto SELinux"),
    230: ("PERSONALITY", "Personality= could not be set", "Personality= n'a pu être fixé", "no se pudo fijar Personality="),
    231: ("APPARMOR_PROFILE", "the AppArmor profile could not be set", "le profil AppArmor n'a pu être fixé", "no se pudo fijar el perfil AppArmor"),
    232: ("ADDRESS_FAMILIES", "RestrictAddressFamilies= could not be set", "RestrictAddressFamilies= n'a pu être fixé", "no se pudo fijar RestrictAddressFamilies="),
    233: ("RUNTIME_DIRECTORY", "RuntimeDirectory= could not be made", "RuntimeDirectory= n'a pu être créé", "no se pudo crear RuntimeDirectory="),
    235: ("CHOWN", "the owner of a socket could not be changed", "le propriétaire d'une socket n'a pu être changé", "no se pudo cambiar el propietario de un socket"),
    236: ("SMACK_PROCESS_LABEL", "the SMACK label could not be set", "l'étiquette SMACK n'a pu être fixée", "no se pudo fijar la etiqueta SMACK"),
    237: ("KEYRING", "the kernel keyring could not be set up", "le trousseau du noyau n'a pu être préparé", "no se pudo preparar el llavero del núcleo"),
    238: ("STATE_DIRECTORY", "StateDirectory= could not be made", "StateDirectory= n'a pu être créé", "no se pudo crear StateDirectory="),
    239: ("CACHE_DIRECTORY", "CacheDirectory= could not be made", "CacheDirectory= n'a pu être créé", "no se pudo crear CacheDirectory="),
    240: ("LOGS_DIRECTORY", "LogsDirectory= could not be made", "LogsDirectory= n'a pu être créé", "no se pudo crear LogsDirectory="),
    241: ("CONFIGURATION_DIRECTORY", "ConfigurationDirectory= could not be made", "ConfigurationDirectory= n'a pu être créé", "no se pudo crear ConfigurationDirectory="),
    242: ("NUMA_POLICY", "the NUMA policy could not be set", "la politique NUMA n'a pu être fixée", "no se pudo fijar la política NUMA"),
    243: ("CREDENTIALS", "credentials (LoadCredential=) could not be loaded", "les secrets (LoadCredential=) n'ont pu être chargés", "no se pudieron cargar las credenciales (LoadCredential=)"),
    245: ("BPF", "a BPF restriction could not be set", "une restriction BPF n'a pu être fixée", "no se pudo fijar una restricción BPF"),
}  # fmt: skip


def explain(question: str, language: str) -> Finding | None:
    """What the exit status in ``question`` says."""
    if HTTP_LIKE.search(question):
        return None
    match = _SYSTEMD.search(question) or _DOLLAR.search(question) or _STATUS.search(question)
    if match is None or int(match[1]) > 255:
        return None
    number = int(match[1])
    rest = question[: match.start()] + " " + question[match.end() :]
    if left_over(rest, CUES):
        return None
    if match.re is _SYSTEMD and match[2] and (name := signals.name_of(number)) == match[2].upper():
        return explanation(signals.sentence(name, language), signals.SOURCE, f"SIG{name}")
    source = "man systemd.exec(5)" if number in SYSTEMD else "man bash(1)"
    return explanation(sentence(number, language), source, f"exit status {number}")


def sentence(number: int, language: str) -> str:
    """What exit status ``number`` says."""
    return HEAD[language].format(number) + _meaning(number, language)


def _meaning(number: int, language: str) -> str:
    place = LANGUAGES.index(language)
    if number in SHELL:
        return SHELL[number][place]
    if number in SYSTEMD:
        name, *texts = SYSTEMD[number]
        return BY_SYSTEMD[language].format(name=name, text=texts[place])
    name_ = signals.name_of(number - 128) if number > 128 else None
    if name_ is None:
        return OWN[language]
    text = signals.short(name_, language)
    said = BY_SIGNAL[language].format(number=number - 128, name=f"SIG{name_}", text=text)
    return said + (OOM[language] if name_ == "KILL" else "")
