"""The literals of a sentence: paths, globs, sizes, durations, hosts … found before its words.

Pure text; knows no word of any language except units of time and size.  Every expression is
linear: classes between fixed marks, nothing nested.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import cache


@dataclass(frozen=True, slots=True)
class Literal:
    """``value`` is the data itself; ``number`` and ``unit`` hold what a quantity says.

    Units of size: c, k, M, G, T.  Units of time: s, min, h, d, w, mon, y.
    """

    kind: str
    value: str
    start: int
    end: int
    number: float = 0.0
    unit: str = ""


EXTENSIONS = frozenset(
    """
    txt md rst log csv tsv json xml yaml yml toml ini conf cfg cnf py pyc js ts jsx tsx c h cc cpp
    hpp java class jar go rs rb php pl sh bash zsh lua sql db sqlite html htm css scss vue tex bib
    pdf ps eps doc docx odt ods odp xls xlsx ppt pptx rtf epub mobi djvu jpg jpeg png gif svg webp
    bmp tiff tif ico heic raw mp3 ogg oga flac wav m4a aac opus wma mp4 mkv avi mov webm flv wmv
    mpg mpeg ogv srt vtt zip tar gz tgz bz2 tbz2 xz txz zst tzst lz4 7z rar deb rpm apk iso img
    qcow2 vmdk bak old orig tmp swp part pem crt key csr cer pub asc gpg sig patch diff dat bin out
    o so a ko exe dll dump core pid lock list sources service timer socket mount target vcf ics eml
    mbox ttf otf woff po pot m4v dmg ova gguf ipynb parquet env example gitignore cache backup
    """.split()  # noqa: SIM905 - a block of words reads better than quoted ones
)
# Programs and services that sentences name by a word that also means something.
PROGRAMS = frozenset(
    """
    ssh sshd cron docker nginx apache apache2 git bluetooth cups postgres postgresql mysql mariadb
    redis samba smbd firefox chromium chrome python python3 node java podman ufw fail2ban nftables
    rsync tmux vim nano gcc make curl wget htop sudo avahi-daemon networkmanager dnsmasq bind9
    named postfix dovecot exim4 systemd-resolved systemd-timesyncd chrony grafana prometheus
    elasticsearch mongodb rabbitmq memcached haproxy varnish squid vsftpd lightdm gdm gdm3 sddm
    """.split()  # noqa: SIM905 - a block of words reads better than quoted ones
)
# What mkfs -t takes; FAT has an entry of its own.
FILE_SYSTEMS = frozenset({"ext2", "ext3", "ext4", "xfs", "btrfs", "exfat", "ntfs", "f2fs"})
UNIT_ENDINGS = "service|timer|socket|mount|automount|target|path|slice|scope|swap"
_DOMAINS = frozenset(
    [
        "com",
        "org",
        "net",
        "edu",
        "gov",
        "io",
        "dev",
        "info",
        "biz",
        "eu",
        "de",
        "fr",
        "es",
        "uk",
        "us",
        "ca",
        "ch",
        "it",
        "nl",
        "be",
        "at",
        "pl",
        "br",
        "mx",
        "ar",
        "lan",
        "local",
        "home",
        "internal",
        "test",
        "localdomain",
        "app",
        "cloud",
        "me",
        "tv",
        "co",
    ]
)
_SIZE_UNITS = {
    "c": "b|bytes?|octets?|o",
    "k": "kilobytes?|kilo-?octets?|kib|kb|ko|k",
    "M": "megabytes?|mega-?octets?|megas?|mib|mb|mo|m",
    "G": "gigabytes?|giga-?octets?|gigas?|gigs?|gib|gb|go|g",
    "T": "terabytes?|tera-?octets?|teras?|tib|tb|to|t",
}
_TIME_UNITS = {
    "s": "seconds?|secondes?|segundos?|secs?|s",
    "min": "minutes?|minutos?|mins?",
    "h": "hours?|heures?|horas?|hrs?|h",
    "d": "days?|jours?|dias?|d",
    "w": "weeks?|semaines?|semanas?",
    "mon": "months?|mois|meses|mes",
    "y": "years?|annees?|ans?|anos?",
}
_NUMBERS = {
    "a": 1, "an": 1, "one": 1, "un": 1, "une": 1, "una": 1, "uno": 1,
    "two": 2, "deux": 2, "dos": 2, "three": 3, "trois": 3, "tres": 3, "four": 4, "quatre": 4,
    "cuatro": 4, "five": 5, "cinq": 5, "cinco": 5, "six": 6, "seis": 6, "seven": 7, "sept": 7,
    "siete": 7, "eight": 8, "huit": 8, "ocho": 8, "nine": 9, "neuf": 9, "nueve": 9, "ten": 10,
    "dix": 10, "diez": 10, "twelve": 12, "douze": 12, "doce": 12, "fifteen": 15, "quinze": 15,
    "quince": 15, "twenty": 20, "vingt": 20, "veinte": 20, "thirty": 30, "trente": 30,
    "treinta": 30, "hundred": 100, "cent": 100, "cien": 100,
}  # fmt: skip
ALONE = frozenset(word for word, value in _NUMBERS.items() if value > 1) - {"cent"}
_NO_PATHS = frozenset(
    {"and/or", "read/write", "input/output", "on/off", "i/o", "tcp/ip", "w/o", "his/her"}
)
_COUNT = "|".join(sorted(_NUMBERS, key=len, reverse=True))
_QUOTES = (
    r'"(?P<q1>[^"]{0,1000})"|“(?P<q2>[^”]{1,1000})”|«\s?(?P<q3>[^»]{1,1000})»|`(?P<q4>[^`]{1,1000})`'
    r"|(?<!\w)'(?P<q5>[^'\n]{1,1000})'(?!\w)"
)
_PART = r"[^\s,;?\"'()<>|]"
_WORDED = r"(?<![\w./@-])"


def _quantity(name: str, units: dict[str, str]) -> str:
    union = "|".join(units.values())
    spelled = "|".join(
        word for word in union.split("|") if len(word.rstrip("s?")) > 1 and word != "to"
    )
    return (
        rf"(?P<{name}>{_WORDED}(?P<{name}_n>\d{{1,9}}(?:[.,]\d{{1,3}})?|(?:{_COUNT})(?=\s))"
        rf"(?P<{name}_s>[\s-]?)(?:(?<=\d)|(?=(?:{spelled})(?!\w)))(?P<{name}_u>{union})(?:/s)?(?![\w/]))"
    )


@cache
def _pattern() -> re.Pattern[str]:
    kinds = (
        rf"(?P<quoted>{_QUOTES})",
        r"(?P<scheme>\b(?:https?|ftp|ssh|file)://(?=\s|$))",
        rf"(?P<url>\b(?:https?|ftp|ssh|git|sftp|file)://{_PART}+)",
        rf"(?P<remote>{_WORDED}(?:[\w.-]{{1,64}}@)?[\w.-]{{2,80}}:(?:/|~){_PART}*|\b[\w.-]{{1,64}}@[\w.-]{{1,80}}:{_PART}+)",
        r"(?P<address>\b[\w.+-]{1,64}@[\w.-]{1,80}\w)",
        r"(?P<clock>(?<!:)\b\d{1,2}:\d\d(?::\d\d)?(?!:)(?:\s?[ap]m\b)?|\b\d{1,2}\s?[ap]m\b|\b\d{1,2}h\d\d\b)",
        r"(?P<port>(?<![\w:]):\d{2,5}\b|\b\d{1,5}/(?:tcp|udp)\b|\b(?:tcp|udp)/\d{1,5}\b)",
        r"(?P<cidr>\b\d{1,3}(?:\.\d{1,3}){3}/\d{1,2}\b)",
        r"(?P<ip>\b\d{1,3}(?:\.\d{1,3}){3}\b(?!\.\d)|(?<![\w:])[0-9a-fA-F]{0,4}(?::[0-9a-fA-F]{0,4}){2,7}(?![\w:]))",
        r"(?P<hostport>\b(?:localhost|[A-Za-z][\w.-]{1,80}|\d{1,3}(?:\.\d{1,3}){3}):\d{2,5}\b)",
        r"(?P<pair>(?<![\w/.@-])[a-z_][\w-]{1,30}:(?:[a-z_][\w.-]{0,30}|\d{1,4}(?:\.\d{1,4}){1,3})(?![\w:/]))",
        r"(?P<stamp>\b\d{4}-\d\d-\d\d(?:[ T]\d{1,2}:\d\d(?::\d\d)?)?\b)",
        rf"(?P<path>(?<![\w.*])(?:~[\w-]{{0,32}}|\.\.?)?/{_PART}*|(?<![\w/])~(?![\w~])|(?<![\w./~-])[\w][\w.+@-]{{0,100}}/(?!\d+\b(?!\.))[\w*.+~@][\w./*+~@-]*/?)",
        _quantity("size", _SIZE_UNITS),
        _quantity("duration", _TIME_UNITS),
        r"(?P<invocation>(?<![\w./-])[a-z][\w.-]{0,40}(?:\s-{1,2}[a-zA-Z][\w=,.-]{0,40})+(?!\w))",
        r"(?P<percent>\b\d{1,3}\s?%)",
        r"(?P<mode>(?<![\w+=-])(?:[ugoa]{1,4}[+=-][rwxXst]{1,6}(?:,[ugoa]{1,4}[+=-][rwxXst]{1,6}){0,4}|\+[rwxXst]{1,4}|[r-][w-][xsS-][r-][w-][xsS-][r-][w-][xtT-])(?!\w))",
        r"(?P<glob>(?<![\w/])[\w.+~-]{0,60}\*[\w.*+~-]{0,60}|(?<![\w/])[\w.*-]{1,60}\?[\w.]{1,30}(?!\w))",
        rf"(?P<unit>\b[\w@:-][\w@.:-]{{0,100}}\.(?:{UNIT_ENDINGS})\b)",
        r"(?P<extension>(?<![\w./])\.[A-Za-z][\w.-]{0,40}\w|(?<![\w./])\.[A-Za-z](?!\w))",
        r"(?P<dotted>(?<![\w.])\w[\w+~-]{0,100}(?:\.[\w+~-]{1,60}){1,6}(?![\w-]))",
        r"(?P<variable>\$\w{1,60})",
        r"(?P<signal>\bSIG[A-Z]{2,8}\b)",
        r"(?P<device>\b(?:sd[a-z]\d{0,2}|vd[a-z]\d{0,2}|hd[a-z]\d{0,2}|nvme\dn\d(?:p\d{1,2})?|mmcblk\d(?:p\d{1,2})?|md\d{1,3}|loop\d{1,3}|sr\d)\b)",
        r"(?P<interface>\b(?:eth|wlan|eno|ens|wg|tun|tap|br|virbr|bond|docker|wwan)\d{1,4}\b|\b(?:enp|wlp|enx|wlx)\w{2,14}\b)",
        r"(?P<range>\b\d{1,9}\s?(?:-|\.\.)\s?\d{1,9}\b)",
        r"(?P<sign>(?<!\S)[#;%@$|^]{1,3}(?!\S))",
        r"(?P<number>(?:(?<=\s)-(?=\d{1,3}(?!\w)))?(?<![\w.])\d{1,15}(?:[.,]\d{1,6})?(?![\w]))",
        r"(?P<name>(?<![\w])[A-Za-z_][A-Za-z0-9_]{0,60}(?:[-_.]|\d)[\w-]{0,60}|(?<!\w)\d+[A-Za-z][\w-]{0,40})",
    )
    return re.compile("|".join(kinds), re.IGNORECASE)


def literals(text: str) -> list[Literal]:
    """Every literal of ``text``, in order, none overlapping."""
    candidates = (
        _build_literal(match, text) for match in _pattern().finditer(_strip_accents(text))
    )
    return [literal for literal in candidates if literal is not None]


def _strip_accents(text: str) -> str:
    """``text`` without accents, each character where it was: units are found in "années"."""
    if text.isascii():
        return text
    return "".join(
        unicodedata.normalize("NFD", char)[0] if char.isalpha() else char for char in text
    )


def _build_literal(match: re.Match[str], text: str) -> Literal | None:
    kind = str(match.lastgroup)
    start, end = match.span()
    if kind == "quoted":
        inner = next(name for name in ("q1", "q2", "q3", "q4", "q5") if match[name] is not None)
        return Literal(kind, text[slice(*match.span(inner))].strip("\u00a0\u202f"), start, end)
    if kind in ("size", "duration"):
        return _build_measure(kind, match)
    value = text[start:end]
    if kind in ("url", "remote", "path", "dotted", "address", "hostport", "name", "extension"):
        value = value.rstrip(".:!") if value not in (".", "..") else value
        value = value if value else text[start:end]
        end = start + len(value)
    if kind == "path" and value.lower() in _NO_PATHS:
        return None
    if kind == "signal" and not value.isupper():
        return None
    if kind in ("scheme", "sign"):
        kind = "quoted"
    if kind == "pair":
        kind = "name"
    if kind == "dotted":
        kind = _classify_dotted(value)
    if kind == "ip" and value.count(":") == 5 and len(value) == 17:
        kind = "mac"
    if kind == "ip" and value.count(":") and len(value) < 3:
        return None
    number = float(value.replace(",", ".")) if kind == "number" else 0.0
    if kind == "percent":
        number = float(value.rstrip("% "))
    return Literal(kind, value, start, end, number)


def _build_measure(kind: str, match: re.Match[str]) -> Literal:
    amount = match[f"{kind}_n"].lower()
    word = match[f"{kind}_u"].lower()
    number = float(_NUMBERS[amount]) if amount in _NUMBERS else float(amount.replace(",", "."))
    units = _SIZE_UNITS if kind == "size" else _TIME_UNITS
    unit = next(name for name, words in units.items() if re.fullmatch(words, word))
    return Literal(kind, match[0], match.start(), match.end(), number, unit)


def _classify_dotted(value: str) -> str:
    """A file's name, a host's, or a version."""
    last = value.rsplit(".", 1)[1].lower()
    if value.replace(".", "").isdigit():
        return "number" if value.count(".") == 1 else "version"
    if last in EXTENSIONS:
        return "file"
    if last in _DOMAINS or value.lower().startswith("www."):
        return "host"
    return "file" if len(last) <= 4 and not last.isdigit() else "name"


def number_of(word: str) -> float:
    """The number that a word of ``ALONE`` stands for."""
    return float(_NUMBERS[word])
