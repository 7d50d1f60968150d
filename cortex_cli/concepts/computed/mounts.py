"""What a line of /etc/fstab says: device, mount point, type, options, dump and check."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from cortex_cli.concepts.phrases import COLON, blocks, explanation, left_over

if TYPE_CHECKING:
    from cortex_cli.finding import Finding

SOURCE = "man fstab(5)"
TYPES = (
    "ext2|ext3|ext4|xfs|btrfs|vfat|exfat|ntfs|ntfs3|ntfs-3g|nfs4?|cifs|smbfs|tmpfs|swap|iso9660|udf|proc|sysfs|auto|"
    "overlay|zfs|f2fs|none|fuse(?:\\.\\w{1,20})?|fuse\\.sshfs|jfs|reiserfs|devpts|squashfs"
)
_LINE = re.compile(
    rf"(?P<device>(?:UUID|LABEL|PARTUUID|PARTLABEL)=[\w\"-]{{1,60}}|[^\s\"'`]{{1,120}})\s+(?P<point>/\S{{0,120}}|none|swap)\s+"
    rf"(?P<type>{TYPES})\s+(?P<options>[\w=,.:/@%-]{{2,200}})(?:\s+(?P<dump>[01])(?:\s+(?P<check>[012]))?)?(?!\w)"
)
CUES = blocks(
    """
    fstab etc file mount mounts line options entry
    fichier montage options monter
    archivo fichero montaje opciones
    """
)
WORDS = {
    "en": ("{device} is mounted on {point} as {type}.", "{device} is used as swap.", "Options",
           "It is checked at boot {order}.", ("never", "first, as the root", "after the root"),
           "dump backs it up: {yes}."),
    "fr": ("{device} est monté sur {point} en {type}.", "{device} sert d'espace d'échange.", "Options",
           "Vérification au démarrage : {order}.",
           ("jamais", "en premier, comme racine", "après la racine"), "sauvegarde par dump : {yes}."),
    "es": ("{device} se monta en {point} como {type}.", "{device} se usa como intercambio.", "Opciones",
           "Comprobación al arrancar: {order}.",
           ("nunca", "primero, como raíz", "después de la raíz"), "copia con dump: {yes}."),
}  # fmt: skip
OPTIONS: dict[str, tuple[str, str, str]] = {
    "defaults": ("the usual ones: rw, suid, dev, exec, auto, nouser, async", "les options usuelles : rw, suid, dev, exec, auto, nouser, async", "las habituales: rw, suid, dev, exec, auto, nouser, async"),
    "ro": ("read-only", "lecture seule", "solo lectura"),
    "rw": ("read and write", "lecture et écriture", "lectura y escritura"),
    "noauto": ("not mounted at boot", "pas monté au démarrage", "no se monta al arrancar"),
    "auto": ("mounted at boot", "monté au démarrage", "se monta al arrancar"),
    "nofail": ("boot goes on if the device is missing", "le démarrage continue si le périphérique manque", "el arranque sigue si falta el dispositivo"),
    "user": ("any user may mount it", "tout utilisateur peut le monter", "cualquier usuario puede montarlo"),
    "users": ("any user may mount and unmount it", "tout utilisateur peut le monter et démonter", "cualquier usuario puede montarlo y desmontarlo"),
    "noatime": ("access times are not written", "les dates d'accès ne sont pas écrites", "no se escriben las fechas de acceso"),
    "relatime": ("access times are written only now and then", "les dates d'accès ne sont écrites que de temps en temps", "las fechas de acceso se escriben solo de vez en cuando"),
    "nosuid": ("setuid bits have no effect", "les bits setuid sont sans effet", "los bits setuid no tienen efecto"),
    "nodev": ("device files have no effect", "les fichiers de périphérique sont sans effet", "los archivos de dispositivo no tienen efecto"),
    "noexec": ("programs on it cannot be run directly", "les programmes n'y sont pas exécutables", "no se pueden ejecutar programas desde él"),
    "sync": ("writes go out at once", "les écritures partent aussitôt", "las escrituras salen de inmediato"),
    "errors=remount-ro": ("on an error it becomes read-only", "en cas d'erreur il passe en lecture seule", "ante un error pasa a solo lectura"),
    "discard": ("freed blocks are reported to the SSD at once", "les blocs libérés sont signalés au SSD aussitôt", "los bloques liberados se notifican al SSD de inmediato"),
    "bind": ("a directory that appears at a second place", "un répertoire visible à un second endroit", "un directorio que aparece en un segundo lugar"),
    "_netdev": ("waits for the network", "attend le réseau", "espera a la red"),
    "x-systemd.automount": ("mounted on first access", "monté au premier accès", "se monta al primer acceso"),
    "sw": ("swap", "espace d'échange", "intercambio"),
    "compress": ("data is compressed", "les données sont compressées", "los datos se comprimen"),
    "subvol": ("this btrfs subvolume", "ce sous-volume btrfs", "este subvolumen de btrfs"),
    "uid": ("files belong to this user", "les fichiers appartiennent à cet utilisateur", "los archivos pertenecen a este usuario"),
    "gid": ("files belong to this group", "les fichiers appartiennent à ce groupe", "los archivos pertenecen a este grupo"),
    "umask": ("permissions withheld", "droits retirés", "permisos retirados"),
    "size": ("largest size", "taille maximale", "tamaño máximo"),
    "credentials": ("file with name and password", "fichier du nom et du mot de passe", "archivo con usuario y contraseña"),
}  # fmt: skip
LANGUAGES = ("en", "fr", "es")
YES_NO = {"en": ("no", "yes"), "fr": ("non", "oui"), "es": ("no", "sí")}


def explain(question: str, language: str) -> Finding | None:
    """What the fstab line in ``question`` says."""
    match = _LINE.search(question)
    if match is None or left_over(question[: match.start()] + question[match.end() :], CUES):
        return None
    mounted, swap, options, check, orders, dump = WORDS[language]
    form = swap if match["type"] == "swap" else mounted
    device = match["device"]
    lines = [form.format(device=device, point=match["point"], type=match["type"])]
    known = [said for option in match["options"].split(",") if (said := _option(option, language))]
    if known:
        lines.append(f"{options}{COLON[language]}{'; '.join(known)}.")
    if match["check"] is not None:
        lines.append(check.format(order=orders[int(match["check"])]))
    if match["dump"] == "1":
        lines.append(dump.format(yes=YES_NO[language][1]))
    return explanation("\n".join(lines), SOURCE, f"fstab {match['point']}")


def _option(option: str, language: str) -> str:
    texts = OPTIONS.get(option) or OPTIONS.get(option.partition("=")[0])
    return f"{option} ({texts[LANGUAGES.index(language)]})" if texts else option
