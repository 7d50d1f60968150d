"""What a line of /etc/fstab says: device, mount point, type, options, dump and check."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cortex_cli.concepts.computed import tables
from cortex_cli.concepts.phrases import COLON, blocks, explanation, find_leftovers
from cortex_cli.expressions import expression

if TYPE_CHECKING:
    from cortex_cli.finding import Finding

SOURCE = "man fstab(5)"
TYPES = (
    "ext2|ext3|ext4|xfs|btrfs|vfat|exfat|ntfs|ntfs3|ntfs-3g|nfs4?|cifs|smbfs|tmpfs|swap|iso9660|udf|proc|sysfs|auto|"
    "overlay|zfs|f2fs|none|fuse(?:\\.\\w{1,20})?|fuse\\.sshfs|jfs|reiserfs|devpts|squashfs"
)
_LINE = expression(
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
    "en": ("{device} is mounted on {point} as {type}.", "{device} is used as swap.",
           "Options",
           "It is checked at boot {order}.", ("never", "first, as the root", "after the root"),
           "dump backs it up: {yes}."),
    "fr": ("{device} est monté sur {point} en {type}.", "{device} sert d'espace d'échange.",
           "Options",
           "Vérification au démarrage : {order}.",
           ("jamais", "en premier, comme racine", "après la racine"),
           "sauvegarde par dump : {yes}."),
    "es": ("{device} se monta en {point} como {type}.", "{device} se usa como intercambio.",
           "Opciones",
           "Comprobación al arrancar: {order}.",
           ("nunca", "primero, como raíz", "después de la raíz"), "copia con dump: {yes}."),
}  # fmt: skip
YES_NO = {"en": ("no", "yes"), "fr": ("non", "oui"), "es": ("no", "sí")}


def explain(question: str, language: str) -> Finding | None:
    """What the fstab line in ``question`` says."""
    match = _LINE.search(question)
    if match is None or find_leftovers(question[: match.start()] + question[match.end() :], CUES):
        return None
    mounted, swap, options, check, orders, dump = WORDS[language]
    form = swap if match["type"] == "swap" else mounted
    device = match["device"]
    lines = [form.format(device=device, point=match["point"], type=match["type"])]
    meanings = [
        meaning for option in match["options"].split(",") if (meaning := _option(option, language))
    ]
    if meanings:
        lines.append(f"{options}{COLON[language]}{'; '.join(meanings)}.")
    if match["check"] is not None:
        lines.append(check.format(order=orders[int(match["check"])]))
    if match["dump"] == "1":
        lines.append(dump.format(yes=YES_NO[language][1]))
    return explanation("\n".join(lines), SOURCE, f"fstab {match['point']}")


def _option(option: str, language: str) -> str:
    known = tables.load("mounts")
    texts = known.get(option) or known.get(option.partition("=")[0])
    return f"{option} ({texts[language]})" if texts else option
