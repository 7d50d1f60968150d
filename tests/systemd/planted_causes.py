"""Causes of trouble to plant on a machine, the question asked, and what must be named first.

Data only.  ``plant`` and ``clean`` are shell scripts; ``expected`` is a regular expression that
the first two lines of the answer must match, in the language of the question.
"""

from __future__ import annotations

from typing import NamedTuple


class Planted(NamedTuple):
    """One cause; ``unit`` is written as a service of that ``name``, started, and waited for."""

    name: str
    question: str
    expected: str
    unit: str = ""
    plant: str = ""
    clean: str = ""


LISTEN = (
    "import socket,time;s=socket.socket();s.bind(('127.0.0.1',4711));s.listen();time.sleep(600)"
)
GREEDY = "data=[bytearray(1<<20) for _ in range(200)]"
EXPIRED = """
mkdir -p /etc/letsencrypt/live/shop.test /run/ca && cd /run/ca && touch index && echo 01 >serial
printf '[ca]\\ndefault_ca=d\\n[d]\\ndatabase=index\\nserial=serial\\nnew_certs_dir=.\\n' >conf
printf 'default_md=sha256\\npolicy=p\\n[p]\\ncommonName=supplied\\n' >>conf
openssl req -new -newkey rsa:2048 -nodes -keyout key -out csr -subj /CN=shop.test
openssl ca -batch -config conf -selfsign -keyfile key -in csr -notext -startdate 20200101000000Z \\
    -enddate 20200201000000Z -out /etc/letsencrypt/live/shop.test/cert.pem
"""

CAUSES = (
    Planted(
        "full-disk",
        "what is wrong here?",
        r"/srv/full is 100 % full",
        plant="mkdir -p /srv/full; mount -t tmpfs -o size=8M full /srv/full;"
        " head -c 9M /dev/zero >/srv/full/log 2>/dev/null || true",
        clean="umount /srv/full",
    ),
    Planted(
        "inodes-gone",
        "qu'est-ce qui ne va pas sur cette machine ?",
        r"/srv/many n'a plus d'inodes",
        plant="mkdir -p /srv/many; mount -t tmpfs -o size=8M,nr_inodes=64 many /srv/many;"
        " for i in $(seq 80); do : >/srv/many/$i || true; done 2>/dev/null",
        clean="umount /srv/many",
    ),
    Planted(
        "full-disk-asked-for",
        "¿por qué está lleno el disco?",
        r"/srv/full está al 100 %",
        plant="mkdir -p /srv/full; mount -t tmpfs -o size=8M full /srv/full;"
        " head -c 9M /dev/zero >/srv/full/log 2>/dev/null || true",
        clean="umount /srv/full",
    ),
    Planted(
        "read-only-mount",
        "¿qué pasa aquí?",
        r"/srv/data está montado en solo lectura",
        plant="mkdir -p /srv/data; echo 'data /srv/data tmpfs defaults 0 0' >>/etc/fstab;"
        " mount /srv/data; mount -o remount,ro /srv/data",
        clean="umount /srv/data; sed -i '/srv.data/d' /etc/fstab",
    ),
    Planted(
        "wrong-path",
        "why did pathd fail?",
        r"(?s)pathd\.service has failed.*program /opt/nowhere/pathd does not exist",
        unit="ExecStart=/opt/nowhere/pathd --serve",
    ),
    Planted(
        "missing-user",
        "¿por qué falla userd?",
        r"(?si)userd\.service ha fallado.*usuario nobodyhere",
        unit="User=nobodyhere\nExecStart=/bin/sleep 600",
    ),
    Planted(
        "missing-folder",
        "why won't chdird start?",
        r"(?si)chdird\.service has failed.*(working directory|/opt/absent)",
        unit="WorkingDirectory=/opt/absent\nExecStart=/bin/sleep 600",
    ),
    Planted(
        "port-taken",
        "pourquoi portd a-t-il échoué ?",
        r"(?si)portd\.service a échoué.*(port 4711|port.*déjà|déjà utilisé)",
        plant='systemd-run --unit=holder PYTHON -c "LISTEN"; until ss -Hltn | grep -q :4711;'
        " do sleep 0.1; done",
        unit='ExecStart=PYTHON -c "LISTEN"',
        clean="systemctl stop holder",
    ),
    Planted(
        "permission-denied",
        "why has permd failed?",
        r"(?si)permd\.service has failed.*(permission|not allowed|refused|denied)",
        unit="User=nobody\nExecStart=/bin/cat /etc/shadow",
    ),
    Planted(
        "missing-environment-file",
        "what is wrong with this machine?",
        r"(?si)envd\.service has failed.*environment file",
        unit="EnvironmentFile=/etc/default/envd-absent\nExecStart=/bin/sleep 600",
    ),
    Planted(
        "oom-kill",
        "¿por qué se cayó hungryd?",
        r"(?si)hungryd\.service ha fallado.*memoria",
        unit=f'MemoryMax=30M\nMemorySwapMax=0\nExecStart=PYTHON -c "{GREEDY}"',
    ),
    Planted(
        "bad-config",
        "pourquoi confd ne démarre pas ?",
        r"(?s)confd\.service a échoué.*Expecting property name",
        plant="echo '{\"port\": 80,, }' >/etc/confd.json",
        unit="ExecStart=PYTHON -m json.tool /etc/confd.json",
    ),
    Planted(
        "missing-module",
        "why does moduled crash?",
        r"(?si)moduled\.service has failed.*module",
        unit='ExecStart=PYTHON -c "import frobnicate_nothing"',
    ),
    Planted(
        "start-timeout",
        "why did slowd fail to start?",
        r"(?si)slowd\.service has failed.*(in time|time ?out|too long)",
        unit="Type=notify\nTimeoutStartSec=1\nExecStart=/bin/sleep 600",
    ),
    Planted(
        "segfault",
        "pourquoi crashd plante ?",
        r"(?si)crashd\.service a échoué.*(SEGV|segmentation|mémoire)",
        unit="LimitCORE=0\nExecStart=/bin/sh -c 'kill -SEGV $$$$'",
    ),
    Planted(
        "crash-loop",
        "what is wrong here?",
        r"(?si)loopd\.service has failed.*(/etc/loopd\.conf|no such file|does not exist)",
        unit="Restart=always\nRestartSec=0\nExecStart=/bin/cat /etc/loopd.conf",
    ),
    Planted(
        "service-stopped",
        "why is stoppedd down?",
        r"stoppedd\.service is not running",
        plant="printf '[Service]\\nExecStart=/bin/sleep 600\\n'"
        " >/run/systemd/system/stoppedd.service; systemctl daemon-reload;"
        " systemctl start stoppedd; systemctl stop stoppedd",
        clean="rm /run/systemd/system/stoppedd.service",
    ),
    Planted(
        "service-masked",
        "¿por qué no arranca maskd?",
        r"maskd\.service está enmascarad",
        plant="systemctl mask --runtime maskd.service",
        clean="systemctl unmask --runtime maskd.service",
    ),
    Planted(
        "dependency-failed",
        "why does leafd not start?",
        r"(?s)leafd\.service.*rootd\.service",
        plant="printf '[Service]\\nType=oneshot\\nExecStart=/bin/false\\n'"
        " >/run/systemd/system/rootd.service;"
        " printf '[Unit]\\nRequires=rootd.service\\nAfter=rootd.service\\n[Service]\\n"
        "ExecStart=/bin/sleep 600\\n' >/run/systemd/system/leafd.service; systemctl daemon-reload;"
        " systemctl start leafd || true",
        clean="rm /run/systemd/system/{root,leaf}d.service; systemctl reset-failed",
    ),
    Planted(
        "no-name-server",
        "pourquoi le DNS ne marche pas ?",
        r"resolv\.conf ne désigne aucun serveur de noms",
        plant="cp /etc/resolv.conf /run/kept; echo '# empty' >/etc/resolv.conf",
        clean="cp /run/kept /etc/resolv.conf",
    ),
    Planted(
        "dead-resolver",
        "why is dns not working?",
        r"127\.0\.0\.53.*nothing answers",
        plant="cp /etc/resolv.conf /run/kept; echo 'nameserver 127.0.0.53' >/etc/resolv.conf",
        clean="cp /run/kept /etc/resolv.conf",
    ),
    Planted(
        "no-default-route",
        "¿por qué no funciona internet?",
        r"No hay ruta por defecto",
        plant="ip route del default",
        clean="ip route add default dev lo",
    ),
    Planted(
        "expired-certificate",
        "is something wrong with the certificate?",
        r"(?i)shop\.test.*expired",
        plant=EXPIRED,
        clean="rm -r /etc/letsencrypt/live/shop.test",
    ),
    Planted(
        "unit-not-there",
        "why did nosuchd fail?",
        r"no unit nosuchd",
    ),
    # Written after the room was made to name those above; see the test for the first result.
    Planted(
        "not-executable",
        "why did plaind fail?",
        r"(?s)plaind\.service has failed.*/opt/plaind.*not executable",
        plant="printf '#!/bin/sh\\nsleep 600\\n' >/opt/plaind; chmod 644 /opt/plaind",
        unit="ExecStart=/opt/plaind",
    ),
    Planted(
        "missing-group",
        "¿qué le pasa a este servidor?",
        r"(?s)groupd\.service ha fallado.*grupo nogroupatall",
        unit="Group=nogroupatall\nExecStart=/bin/sleep 600",
    ),
    Planted(
        "missing-library",
        "pourquoi libd s'arrête ?",
        r"(?si)libd\.service a échoué.*(bibliothèque|libnothing\.so\.9)",
        unit="ExecStart=PYTHON -c \"import ctypes;ctypes.CDLL('libnothing.so.9')\"",
    ),
    Planted(
        "connection-refused",
        "why has webd stopped?",
        r"(?si)webd\.service has failed.*(refused|nothing (is )?listen)",
        unit="ExecStart=PYTHON -c \"import socket;socket.create_connection(('127.0.0.1',9))\"",
    ),
    Planted(
        "mount-of-a-missing-device",
        "what is broken on this machine?",
        r"(?si)srv-gone\.mount has failed.*(not exist|/dev/gone|special device)",
        plant="mkdir -p /srv/gone; printf '[Mount]\\nWhat=/run/gone.img\\nWhere=/srv/gone\\n"
        "Type=ext4\\n' >/run/systemd/system/srv-gone.mount; systemctl daemon-reload;"
        " systemctl start srv-gone.mount || true",
        clean="rm /run/systemd/system/srv-gone.mount; systemctl reset-failed",
    ),
    Planted(
        "unknown-host",
        "¿por qué no funciona named-client?",
        r"(?si)named-client\.service ha fallado.*(nombre|resol)",
        unit="ExecStart=PYTHON -c \"import socket;socket.getaddrinfo('db.invalid',5432)\"",
    ),
    Planted(
        "bad-unit-file",
        "pourquoi badd ne démarre pas ?",
        r"(?s)systemd refuse les réglages de badd\.service",
        plant="printf '[Service]\\nType=simple\\n' >/run/systemd/system/badd.service;"
        " systemctl daemon-reload; systemctl start badd || true",
        clean="rm /run/systemd/system/badd.service",
    ),
    Planted(
        "no-space-for-a-unit",
        "why did logd crash?",
        r"(?si)logd\.service has failed.*(space|full)",
        plant="mkdir -p /srv/small; mount -t tmpfs -o size=1M small /srv/small",
        unit="ExecStart=/bin/dd if=/dev/zero of=/srv/small/log bs=64k count=100",
        clean="umount /srv/small",
    ),
    Planted(
        "too-many-open-files",
        "¿por qué se ha caído filesd?",
        r"(?si)filesd\.service ha fallado.*límite de archivos.*abiertos",
        unit="LimitNOFILE=12\nExecStart=PYTHON -c \"f=[open('/etc/passwd') for _ in range(50)]\"",
    ),
    Planted(
        "script-syntax-error",
        "pourquoi scriptd plante-t-il ?",
        r"(?si)scriptd\.service a échoué.*(syntax)",
        plant="printf 'if true; then\\n' >/opt/scriptd.sh",
        unit="ExecStart=/bin/sh /opt/scriptd.sh",
    ),
    Planted(
        "watchdog",
        "why did dogd die?",
        r"(?si)dogd\.service has failed.*watchdog",
        unit="WatchdogSec=1\nExecStart=/bin/sleep 600",
    ),
    Planted(
        "sandboxed-path",
        "¿por qué falla writed?",
        r"(?si)writed\.service ha fallado.*solo lectura",
        unit="ReadOnlyPaths=/etc\nExecStart=/usr/bin/touch /etc/writed.state",
    ),
    # A third set, of other kinds, written after the second had been seen.
    Planted(
        "exec-format",
        "why did formatd fail?",
        r"(?si)formatd\.service has failed.*(format|interpreter|#!)",
        plant="printf '\\x7fno program\\n' >/opt/formatd; chmod 755 /opt/formatd",
        unit="ExecStart=/opt/formatd",
    ),
    Planted(
        "abort",
        "¿por qué murió abortd?",
        r"(?si)abortd\.service ha fallado.*(abort|ABRT)",
        unit="LimitCORE=0\nExecStart=/bin/sh -c 'kill -ABRT $$$$'",
    ),
    Planted(
        "missing-variable",
        "pourquoi vard ne fonctionne plus ?",
        r"vard\.service a échoué.*variable d'environnement",
        unit="ExecStart=PYTHON -c \"import os;os.environ['DATABASE_URL']\"",
    ),
    Planted(
        "unopened-database",
        "why is sqld not working?",
        r"(?si)sqld\.service has failed.*database",
        unit="ExecStart=PYTHON -c \"import sqlite3;sqlite3.connect('/no/such/x.db')\"",
    ),
    Planted(
        "missing-key",
        "what's wrong with this machine?",
        r"(?si)keyd\.service has failed.*(no such file|does not exist)",
        unit='ExecStart=PYTHON -c "import ssl;'
        "ssl.create_default_context().load_cert_chain('/etc/ssl/absent.pem')\"",
    ),
    Planted(
        "nearly-full-disk",
        "y a-t-il un problème ?",
        r"/srv/nearly est plein à 9[3456] %",
        plant="mkdir -p /srv/nearly; mount -t tmpfs -o size=8M nearly /srv/nearly;"
        " head -c 7900K /dev/zero >/srv/nearly/log",
        clean="umount /srv/nearly",
    ),
    Planted(
        "stopped-timer",
        "why does nightly.timer not run?",
        r"nightly\.timer is not running",
        plant="printf '[Timer]\\nOnCalendar=daily\\n' >/run/systemd/system/nightly.timer;"
        " printf '[Service]\\nExecStart=/bin/true\\n' >/run/systemd/system/nightly.service;"
        " systemctl daemon-reload",
        clean="rm /run/systemd/system/nightly.timer /run/systemd/system/nightly.service",
    ),
    Planted(
        "failed-preparation",
        "¿qué va mal en este servidor?",
        r"(?si)prepd\.service ha fallado.*/srv/absent",
        unit="ExecStartPre=/bin/ls /srv/absent\nExecStart=/bin/sleep 600",
    ),
    Planted(
        "no-permission-for-a-port",
        "pourquoi lowd s'arrête-t-il ?",
        r"(?si)lowd\.service a échoué.*(permission|droit|privil)",
        unit="User=nobody\nExecStart=PYTHON -c"
        " \"import socket;socket.socket().bind(('127.0.0.1',81))\"",
    ),
    Planted(
        "wrong-python",
        "why has stalled-import crashed?",
        r"(?si)stalled-import\.service has failed.*syntax",
        plant="printf 'def broken(:\\n' >/opt/broken.py",
        unit="ExecStart=PYTHON /opt/broken.py",
    ),
)
