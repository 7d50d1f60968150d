"""Which service a port number belongs to, and the other way round, by /etc/services.

What listens on this machine is a fact, and not asked here.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from cortex_cli.concepts.naming import plain
from cortex_cli.concepts.phrases import blocks, explanation, find_leftovers, join
from cortex_cli.expressions import expression

if TYPE_CHECKING:
    from cortex_cli.finding import Finding

SERVICES = Path("/etc/services")
MAX_BYTES = 1_000_000
_PORT = expression(
    r"\b(?:ports?|puertos?)\W{1,3}(?:(?:tcp|udp|number|num[eé]ro|n[uú]mero)\W{1,3})?(\d{1,5})(?:/(?:tcp|udp))?(?![\w.])"
    r"|\b(\d{1,5})/(?:tcp|udp)\b",
    re.IGNORECASE,
)
_WHICH = expression(
    r"\b(?:which|what|quel|qué|que|cuál es el|cual es el|quel est le)\s+(?:(?:is|'s|est|es)\s+)?"
    r"(?:the\s+|el\s+|le\s+)?"
    r"(?:default |standard |usual |tcp |udp )?(?:port|puerto)\b",
    re.IGNORECASE,
)
_HERE = expression(
    r"(?:\bis|'s|\best|\bhay) (?:on|sur le|en el) p(?:ort|uerto)\b"
    r"|\b(?:listen\w*|écoute\w*|ecoute\w*|escuch\w*|running|process\w*|proces\w*|my|open|ouvert|abierto|"
    r"blocked|using|occup\w*|taken|here|free|libre|this machine)\b",
    re.IGNORECASE,
)
CUES = blocks(
    """
    port ports tcp udp number service used for use uses default standard usual run runs on by is
    protocol well known usually belong belongs normally
    utilise utilisent utilisee defaut par protocole habituel sert servent service standard numero
    est le d
    puerto puertos usa utiliza usan predeterminado por defecto protocolo habitual servicio sirve
    estandar
    """
)
# Common numbers that /etc/services lacks or where it is missing: (number, name, what it is).
COMMON: tuple[tuple[int, str, str], ...] = (
    (20, "ftp-data", "FTP"),
    (21, "ftp", "FTP"),
    (22, "ssh", "SSH, SFTP"),
    (23, "telnet", "Telnet"),
    (25, "smtp", "SMTP"),
    (53, "domain", "DNS"),
    (67, "bootps", "DHCP"),
    (68, "bootpc", "DHCP"),
    (69, "tftp", "TFTP"),
    (80, "http", "HTTP"),
    (88, "kerberos", "Kerberos"),
    (110, "pop3", "POP3"),
    (111, "sunrpc", "RPC, NFS"),
    (119, "nntp", "NNTP"),
    (123, "ntp", "NTP"),
    (137, "netbios-ns", "NetBIOS"),
    (139, "netbios-ssn", "NetBIOS, SMB"),
    (143, "imap2", "IMAP"),
    (161, "snmp", "SNMP"),
    (179, "bgp", "BGP"),
    (389, "ldap", "LDAP"),
    (443, "https", "HTTP + TLS"),
    (445, "microsoft-ds", "SMB, Samba"),
    (465, "submissions", "SMTP + TLS"),
    (514, "syslog", "syslog"),
    (515, "printer", "LPD"),
    (546, "dhcpv6-client", "DHCPv6"),
    (587, "submission", "SMTP + STARTTLS"),
    (631, "ipp", "IPP, CUPS"),
    (636, "ldaps", "LDAP + TLS"),
    (853, "domain-s", "DNS + TLS"),
    (873, "rsync", "rsync"),
    (989, "ftps-data", "FTP + TLS"),
    (990, "ftps", "FTP + TLS"),
    (993, "imaps", "IMAP + TLS"),
    (995, "pop3s", "POP3 + TLS"),
    (1080, "socks", "SOCKS"),
    (1194, "openvpn", "OpenVPN"),
    (1433, "ms-sql-s", "Microsoft SQL Server"),
    (1521, "oracle", "Oracle"),
    (1883, "mqtt", "MQTT"),
    (2049, "nfs", "NFS"),
    (2375, "docker", "Docker API"),
    (2379, "etcd", "etcd"),
    (3000, "grafana", "Grafana, Node.js"),
    (3128, "squid", "Squid"),
    (3306, "mysql", "MySQL, MariaDB"),
    (3389, "ms-wbt-server", "RDP"),
    (4369, "epmd", "Erlang, RabbitMQ"),
    (5060, "sip", "SIP"),
    (5222, "xmpp-client", "XMPP"),
    (5353, "mdns", "mDNS, Avahi"),
    (5432, "postgresql", "PostgreSQL"),
    (5601, "kibana", "Kibana"),
    (5672, "amqp", "AMQP, RabbitMQ"),
    (5900, "vnc", "VNC"),
    (5984, "couchdb", "CouchDB"),
    (6000, "x11", "X11"),
    (6379, "redis", "Redis"),
    (6443, "kubernetes", "Kubernetes API"),
    (6667, "ircd", "IRC"),
    (8000, "http-alt", "HTTP"),
    (8080, "http-alt", "HTTP, proxies, Tomcat"),
    (8086, "influxdb", "InfluxDB"),
    (8443, "https-alt", "HTTPS"),
    (8883, "secure-mqtt", "MQTT + TLS"),
    (9000, "php-fpm", "PHP-FPM, MinIO"),
    (9090, "prometheus", "Prometheus, Cockpit"),
    (9092, "kafka", "Kafka"),
    (9100, "node-exporter", "Prometheus node exporter, JetDirect"),
    (9200, "elasticsearch", "Elasticsearch"),
    (9418, "git", "git"),
    (10050, "zabbix-agent", "Zabbix"),
    (11211, "memcached", "memcached"),
    (11434, "ollama", "Ollama"),
    (25565, "minecraft", "Minecraft"),
    (27017, "mongodb", "MongoDB"),
    (51820, "wireguard", "WireGuard"),
)
ALIASES = {
    "dns": "domain",
    "postgres": "postgresql",
    "imap": "imap2",
    "smb": "microsoft-ds",
    "samba": "microsoft-ds",
    "rdp": "ms-wbt-server",
    "cups": "ipp",
    "mariadb": "mysql",
    "rabbitmq": "amqp",
    "mongo": "mongodb",
    "sftp": "ssh",
    "scp": "ssh",
    "smtps": "submissions",
    "dhcp": "bootps",
    "web": "http",
    "mail": "smtp",
    "pop": "pop3",
    "squid": "squid",
    "mdns": "mdns",
    "sqlserver": "ms-sql-s",
    "irc": "ircd",
}
IS = {
    "en": "Port {number} is {names}{what}.",
    "fr": "Le port {number} est celui de {names}{what}.",
    "es": "El puerto {number} es el de {names}{what}.",
}
USES = {
    "en": "{name} uses port {numbers} by default{what}.",
    "fr": "{name} utilise par défaut le port {numbers}{what}.",
    "es": "{name} usa por defecto el puerto {numbers}{what}.",
}
FREE = {
    "en": "Port {number} is assigned to no service in /etc/services; any program may use it.",
    "fr": "Le port {number} n'est attribué à aucun service dans /etc/services ; tout programme "
    "peut s'en servir.",
    "es": "El puerto {number} no está asignado a ningún servicio en /etc/services; cualquier "
    "programa puede usarlo.",
}
RANGES = {
    "en": ("Only root may listen below 1024.", "",
           "It is in the range the kernel gives to outgoing connections."),
    "fr": ("Seul root peut écouter sous 1024.", "",
           "Il est dans la plage que le noyau donne aux connexions sortantes."),
    "es": ("Solo root puede escuchar por debajo de 1024.", "",
           "Está en el rango que el núcleo da a las conexiones salientes."),
}  # fmt: skip
CHECK = {
    "en": "What listens here: ss -tulpn.",
    "fr": "Ce qui écoute ici : ss -tulpn.",
    "es": "Qué escucha aquí: ss -tulpn.",
}


def explain(question: str, language: str) -> Finding | None:
    """The service of the port, or the port of the service, in ``question``."""
    if _HERE.search(question):
        return None
    match = _PORT.search(question)
    if match is None:
        return _of_service(question, language) if _WHICH.search(question) else None
    number = int(match[1] or match[2])
    rest = question[: match.start()] + " " + question[match.end() :]
    if number > 65535 or find_leftovers(rest, CUES):
        return None
    names = list(dict.fromkeys(name for port, name, _ in list_ports() if port == number))
    what = next((f" ({text})" for port, _, text in COMMON if port == number), "")
    form = IS if names else FREE
    text = form[language].format(number=number, names=join(names, language), what=what)
    place = 0 if number < 1024 else 2 if 32768 <= number <= 60999 else 1
    sentences = " ".join(part for part in (text, RANGES[language][place], CHECK[language]) if part)
    return explanation(sentences, "/etc/services", f"port {number}")


def _of_service(question: str, language: str) -> Finding | None:
    words = [word for word in re.findall(r"[\w+-]+", plain(question)) if word]
    rest = [word for word in words if find_leftovers(word, CUES)]
    if len(rest) != 1:
        return None
    name = ALIASES.get(rest[0], rest[0])
    numbers = list(
        dict.fromkeys(str(port) for port, known_as, _ in list_ports() if known_as == name)
    )
    if not numbers:
        return None
    what = next((f" ({text})" for _, known_as, text in COMMON if known_as == name), "")
    text = USES[language].format(name=rest[0], numbers=join(numbers[:3], language), what=what)
    return explanation(text, "/etc/services", f"port of {name}")


def list_ports() -> list[tuple[int, str, str]]:
    """Every port with the name of its service: the common ones, then /etc/services."""
    return [*COMMON, *_from_file(SERVICES)]


def _from_file(path: Path) -> list[tuple[int, str, str]]:
    try:
        with path.open(encoding="utf-8", errors="replace") as file:
            lines = file.read(MAX_BYTES).splitlines()
    except OSError:
        return []
    ports = []
    for line in lines:
        fields = line.partition("#")[0].split()
        if len(fields) >= 2 and (port := fields[1].split("/")[0]).isdecimal():
            ports.append((int(port), fields[0], ""))
    return ports
