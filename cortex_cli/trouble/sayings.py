"""The sentences of this room in English, French and Spanish.  Pure."""

from __future__ import annotations

SAYINGS: dict[str, dict[str, str]] = {
    "en": {
        "disk-full": "{mount} is {percent:.0f} % full: {free} of {total} are left.",
        "inodes": "{mount} is out of inodes ({percent:.0f} % used): no file can be created there.",
        "memory": "Memory is short: {available} of {total} is available.",
        "oom": "The kernel killed {program} because memory ran out.",
        "load": "The processors are overloaded: {load:.1f} tasks compete for {cpus}.",
        "busy": "{program} (process {pid}) uses {percent:.0f} % of a processor.",
        "heat": "{sensor} is at {degrees:.0f} °C; its limit is {limit:.0f} °C.",
        "dns-none": "/etc/resolv.conf names no name server, so no host name can be resolved.",
        "route-none": "There is no default route: the network beyond this link cannot be reached.",
        "link-down": "The network interface {interface} has no link.",
        "unit-failed": "{unit} has failed ({result}).",
        "unit-inactive": "{unit} is not running ({state}).",
        "unit-active": "{unit} is running; it has not failed since it started.",
        "certificate": "The certificate {path} expired on {date}.",
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
        "others": "Además: {titles}",
        "nothing": "Cortex no ve ningún problema: ninguna unidad fallida, ningún disco lleno,"
        " memoria suficiente y carga normal.",
        "nothing-topic": "Cortex no ve ningún problema en eso.",
        "evidence": "Lo que lo muestra: {lines}",
        "do": "Qué hacer:",
    },
}


def say(language: str, name: str, **values: object) -> str:
    """The sentence ``name`` in ``language``, filled in."""
    return SAYINGS.get(language, SAYINGS["en"])[name].format(**values)
