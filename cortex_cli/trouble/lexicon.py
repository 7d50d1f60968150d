"""The words by which trouble is recognised, in three languages, folded.  Data only."""

from __future__ import annotations

DISK, LOAD, MEMORY, HEAT, NETWORK, UPDATES, CERTIFICATE = (
    "disk",
    "load",
    "memory",
    "heat",
    "network",
    "updates",
    "certificate",
)
# Without accents, in lower case.
TOPIC_WORDS = {
    DISK: "disk disks space full storage inode inodes filesystem partition disque plein espace"
    " stockage disco lleno espacio almacenamiento",
    LOAD: "slow slowly sluggish lags laggy lagging load busy cpu processor fast rame lent lente"
    " lentement charge processeur lento lenta carga procesador",
    MEMORY: "memory ram swap oom memoire memoria",
    HEAT: "hot heat overheating temperature fan fans chaud chauffe surchauffe ventilateur caliente"
    " calienta temperatura ventilador",
    NETWORK: "network internet dns online offline reseau connexion red conexion",
    UPDATES: "updates update outdated secure vulnerable reboot",
    CERTIFICATE: "certificate certificates certificat certificats certificado certificados tls",
}
TOPICS = {word: topic for topic, text in TOPIC_WORDS.items() for word in text.split()}

# Words that mean a unit beside a name, and endings of names that are units and nothing else.
SERVICE_WORDS = frozenset(["service", "unit", "daemon", "unite", "servicio", "unidad", "demonio"])
SUFFIXES = (".service", ".socket", ".timer", ".mount")
# Servers whose name in "why did NAME fail" means the service, whether it is here or not.
SERVERS = frozenset(
    """
    nginx apache apache2 httpd caddy haproxy mysql mariadb postgresql postgres redis mongodb
    memcached docker containerd ssh cron postfix dovecot exim4 bind9 named unbound dnsmasq
    chrony rsyslog samba squid tomcat jenkins grafana prometheus rabbitmq elasticsearch php-fpm
    """.split()  # noqa: SIM905 - a block of words reads better than quoted ones
)
# "See why nginx failed" asks for the command too: where there is no nginx, that is the answer.
TO_LOOK = frozenset(
    """
    see check find show look know learn diagnose voir savoir trouver regarder ver saber mirar
    averiguar comprobar
    """.split()  # noqa: SIM905
)
# Halves of "won't", pronouns behind a French verb, and what else is no name.
SMALL = TO_LOOK | frozenset(
    """
    won doesn didn isn aren wasn hasn can couldn don again always now today suddenly keep keeps
    correctly properly anymore si ca ici toujours encore soudain correctement aqui siempre ahora
    ya hoy sigue vez otra nunca any ha been un esta este cette
    """.split()  # noqa: SIM905
)
INVERTED = ("-il", "-elle", "-t", "-ils", "-elles", "-on")
EVERYDAY_D = frozenset(
    """
    sound cloud download upload reload keyboard card build password command cloud world board
    word read thread grid bird wood food friend child record speed load cold field hold head
    hard bad old used need kind end mind hand land window method standard discord pad android
    """.split()  # noqa: SIM905
)
# What may be said beside a topic; any other word makes the question one of its own.
ACCOUNTED = frozenset(
    """
    full slow slowly hot warm down dead broken loud noisy low high short out gone exhausted
    expired running run working work failing failed fail fails unreachable unstable dropping
    drop too so always many much all time again suddenly today now very getting get gets keep
    keeps almost nearly left free used up usage use big heavy filling fill fills filled wrong
    problem problems trouble issue issues ok okay fine dying healthy bad invalid responding
    answering resolve resolving reach connect slower faster eating taking server host box laptop
    home root drive ssd hdd my ran plein pleine rempli remplie remplit sature saturee tellement
    si tres trop toujours souvent plus soudain aujourd hui maintenant a t il elle est va vont
    bien mal marche marchent fonctionne fonctionnent panne lent lente rame chauffe chauffent
    expire invalide probleme problemes avec ordinateur serveur ma cette ca deja encore utilise
    utilisee disponible epuise fait bruit il-y-a y manque reste eleve elevee occupe occupee
    perdu coupe esta estan tan muy siempre mucho demasiado ahora hoy de repente lleno llena
    llenos lento lenta funciona funcionan falla fallan va van caduco caducado vencido problema
    problemas equipo ordenador maquina servidor sistema queda sin hace ruido alta alto ocupado
    ocupada todo ya casi falta faltan agota agotado agotada anda caido caida roto no hay acaba
    conecta responde usada usado
    """.split()  # noqa: SIM905
)
