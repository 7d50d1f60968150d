"""The sentences of this room in English, French and Spanish.  Pure."""

from __future__ import annotations

SAYINGS: dict[str, dict[str, str]] = {
    "en": {
        "disk-full": "{mount} is {percent:.0f} % full: {free} of {total} are left.",
        "inodes": "{mount} is out of inodes ({percent:.0f} % used): no file can be created there.",
        "memory": "Memory is short: {available} of {total} is available.",
        "oom": "The kernel killed {program} because memory ran out.",
        "load": "The processors are overloaded: {load:.1f} tasks compete for {cpus}.",
        "stalled": "Tasks stalled on disk access: {percent:.0f} % of the last minute.",
        "busy": "{program} (process {pid}) uses {percent:.0f} % of a processor.",
        "heat": "{sensor} is at {degrees:.0f} °C; its limit is {limit:.0f} °C.",
        "dns-none": "/etc/resolv.conf names no name server, so no host name can be resolved.",
        "route-none": "There is no default route: the network beyond this link cannot be reached.",
        "link-down": "The network interface {interface} has no link.",
        "unit-failed": "{unit} has failed ({result}).",
        "unit-inactive": "{unit} is not running ({state}).",
        "unit-active": "{unit} is running; it has not failed since it started.",
        "certificate": "The certificate {path} expired on {date}.",
        "inodes-soon": "{mount} is running out of inodes: {percent:.0f} % are used.",
        "read-only": "{mount} is mounted read-only, but /etc/fstab wants it writable: the kernel"
        " does this after a disk error.",
        "dns-dead": "/etc/resolv.conf names {server}, and nothing answers there: no host name can"
        " be resolved.",
        "unit-masked": "{unit} is masked: it cannot be started until it is unmasked.",
        "unit-bad": "systemd rejects the settings of {unit}, so it cannot start.",
        "unit-dependency": "{unit} is not running because {other}, which it requires, failed.",
        "unit-absent": "There is no unit {unit} on this machine.",
        "unit-near": "Similar names: {units}.",
        "status": "exit status {number}",
        "signal": "signal {number}",
        "setting-oom": "The kernel killed it because memory ran out.",
        "setting-oom-limit": "The kernel killed it because it needed more memory than its limit,"
        " MemoryMax={limit}.",
        "setting-environment": "Its environment file {path} does not exist.",
        "setting-program": "Its program {path} does not exist.",
        "setting-executable": "Its program {path} is not executable.",
        "setting-user": "The user {user} that it runs as does not exist.",
        "setting-group": "The group {group} that it runs as does not exist.",
        "setting-folder": "Its working directory {path} does not exist.",
        "no-alerts": "No alert is open.",
        "no-daemon": "The daemon is not running, so only this moment was checked: no alerts, no"
        " history.",
        "unseen": "Network file systems were not checked: {mounts}.",
        "others": "Also: {titles}",
        "nothing": "Nothing is wrong as far as Cortex can see: no failed unit, no full disk, enough"
        " memory, a normal load.",
        "nothing-topic": "Nothing is wrong with that as far as Cortex can see.",
        "evidence": "What shows it: {lines}",
        "do": "What to do:",
    },
    "fr": {
        "disk-full": "{mount} est plein à {percent:.0f} % : il reste {free} sur {total}.",
        "inodes": "{mount} n'a plus d'inodes ({percent:.0f} % utilisés) : aucun fichier ne peut y"
        " être créé.",
        "memory": "La mémoire manque : {available} disponibles sur {total}.",
        "oom": "Le noyau a tué {program} parce que la mémoire était épuisée.",
        "load": "Les processeurs sont surchargés : {load:.1f} tâches se disputent {cpus}.",
        "stalled": "Les tâches attendent le disque : {percent:.0f} % de la dernière minute.",
        "busy": "{program} (processus {pid}) utilise {percent:.0f} % d'un processeur.",
        "heat": "{sensor} est à {degrees:.0f} °C ; sa limite est de {limit:.0f} °C.",
        "dns-none": "/etc/resolv.conf ne désigne aucun serveur de noms : aucun nom d'hôte ne peut"
        " être résolu.",
        "route-none": "Il n'y a pas de route par défaut : rien n'est joignable au-delà de ce lien.",
        "link-down": "L'interface réseau {interface} n'a pas de lien.",
        "unit-failed": "{unit} a échoué ({result}).",
        "unit-inactive": "{unit} n'est pas en cours d'exécution ({state}).",
        "unit-active": "{unit} fonctionne et n'a pas échoué depuis son démarrage.",
        "certificate": "Le certificat {path} a expiré le {date}.",
        "inodes-soon": "{mount} manque bientôt d'inodes : {percent:.0f} % sont utilisés.",
        "read-only": "{mount} est monté en lecture seule alors que /etc/fstab le veut en écriture :"
        " le noyau le fait après une erreur de disque.",
        "dns-dead": "/etc/resolv.conf désigne {server}, où rien ne répond : aucun nom d'hôte ne"
        " peut être résolu.",
        "unit-masked": "{unit} est masquée : elle ne peut pas démarrer tant qu'elle le reste.",
        "unit-bad": "systemd refuse les réglages de {unit}, qui ne peut donc pas démarrer.",
        "unit-dependency": "{unit} ne fonctionne pas parce que {other}, dont elle a besoin, a"
        " échoué.",
        "unit-absent": "Il n'y a pas d'unité {unit} sur cette machine.",
        "unit-near": "Noms proches : {units}.",
        "status": "code de sortie {number}",
        "signal": "signal {number}",
        "setting-oom": "Le noyau l'a tuée parce que la mémoire était épuisée.",
        "setting-oom-limit": "Le noyau l'a tuée parce qu'elle dépassait sa limite de mémoire,"
        " MemoryMax={limit}.",
        "setting-environment": "Son fichier d'environnement {path} n'existe pas.",
        "setting-program": "Son programme {path} n'existe pas.",
        "setting-executable": "Son programme {path} n'est pas exécutable.",
        "setting-user": "L'utilisateur {user} sous lequel elle s'exécute n'existe pas.",
        "setting-group": "Le groupe {group} sous lequel elle s'exécute n'existe pas.",
        "setting-folder": "Son répertoire de travail {path} n'existe pas.",
        "no-alerts": "Aucune alerte n'est ouverte.",
        "no-daemon": "Le démon n'est pas lancé : seul l'instant présent a été vérifié, sans alertes"
        " ni historique.",
        "unseen": "Les systèmes de fichiers réseau n'ont pas été vérifiés : {mounts}.",
        "others": "Aussi : {titles}",
        "nothing": "Cortex ne voit aucun problème : aucune unité en échec, aucun disque plein,"
        " assez de mémoire, une charge normale.",
        "nothing-topic": "Cortex ne voit aucun problème de ce côté.",
        "evidence": "Ce qui le montre : {lines}",
        "do": "Que faire :",
    },
    "es": {
        "disk-full": "{mount} está al {percent:.0f} %: quedan {free} de {total}.",
        "inodes": "{mount} se ha quedado sin inodos ({percent:.0f} % usados): no se puede crear"
        " ningún archivo.",
        "memory": "Falta memoria: {available} disponibles de {total}.",
        "oom": "El núcleo mató {program} porque se agotó la memoria.",
        "load": "Los procesadores están sobrecargados: {load:.1f} tareas compiten por {cpus}.",
        "stalled": "Las tareas esperan al disco: {percent:.0f} % del último minuto.",
        "busy": "{program} (proceso {pid}) usa el {percent:.0f} % de un procesador.",
        "heat": "{sensor} está a {degrees:.0f} °C; su límite es {limit:.0f} °C.",
        "dns-none": "/etc/resolv.conf no nombra ningún servidor de nombres: no se puede resolver"
        " ningún nombre.",
        "route-none": "No hay ruta por defecto: no se alcanza nada más allá de este enlace.",
        "link-down": "La interfaz de red {interface} no tiene enlace.",
        "unit-failed": "{unit} ha fallado ({result}).",
        "unit-inactive": "{unit} no se está ejecutando ({state}).",
        "unit-active": "{unit} funciona y no ha fallado desde que arrancó.",
        "certificate": "El certificado {path} caducó el {date}.",
        "inodes-soon": "A {mount} se le acaban los inodos: {percent:.0f} % usados.",
        "read-only": "{mount} está montado en solo lectura, pero /etc/fstab lo quiere con"
        " escritura: el núcleo lo hace tras un error de disco.",
        "dns-dead": "/etc/resolv.conf nombra {server}, donde nada responde: no se puede resolver"
        " ningún nombre.",
        "unit-masked": "{unit} está enmascarada: no puede arrancar mientras lo esté.",
        "unit-bad": "systemd rechaza los ajustes de {unit}, así que no puede arrancar.",
        "unit-dependency": "{unit} no funciona porque {other}, que necesita, ha fallado.",
        "unit-absent": "No hay ninguna unidad {unit} en esta máquina.",
        "unit-near": "Nombres parecidos: {units}.",
        "status": "código de salida {number}",
        "signal": "señal {number}",
        "setting-oom": "El núcleo la mató porque se agotó la memoria.",
        "setting-oom-limit": "El núcleo la mató porque superó su límite de memoria,"
        " MemoryMax={limit}.",
        "setting-environment": "Su archivo de entorno {path} no existe.",
        "setting-program": "Su programa {path} no existe.",
        "setting-executable": "Su programa {path} no es ejecutable.",
        "setting-user": "El usuario {user} con el que se ejecuta no existe.",
        "setting-group": "El grupo {group} con el que se ejecuta no existe.",
        "setting-folder": "Su directorio de trabajo {path} no existe.",
        "no-alerts": "No hay ninguna alerta abierta.",
        "no-daemon": "El demonio no está en marcha: solo se ha comprobado este momento, sin alertas"
        " ni historial.",
        "unseen": "No se han comprobado los sistemas de archivos de red: {mounts}.",
        "others": "Además: {titles}",
        "nothing": "Cortex no ve ningún problema: ninguna unidad fallida, ningún disco lleno,"
        " memoria suficiente y carga normal.",
        "nothing-topic": "Cortex no ve ningún problema en eso.",
        "evidence": "Lo que lo muestra: {lines}",
        "do": "Qué hacer:",
    },
}


def say(language: str, name: str, **values: object) -> str:
    """The sentence ``name`` in ``language``, filled in; a value never begins a line of its own."""
    on_one_line = {
        key: " ".join(value.splitlines()) if isinstance(value, str) else value
        for key, value in values.items()
    }
    return SAYINGS.get(language, SAYINGS["en"])[name].format(**on_one_line)
