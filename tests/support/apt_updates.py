"""What apt prints about updates, and what it means.

The daemon and the command read it each in its own package: one set of cases holds for both.
"""

from __future__ import annotations

POLICY = """\
hello:
  Installed: 1.0
  Candidate: 1.2
  Version table:
     1.3 100
        100 http://a/debian sid/main amd64 Packages
     1.2 500 (phased 20%)
        500 http://a/debian bookworm-updates/main amd64 Packages
     1.1 500
        500 http://a/debian-security bookworm-security/main amd64 Packages
 *** 1.0 100
        100 /var/lib/dpkg/status
libc6:i386:
  Installed: 2.0
  Candidate: 2.1
  Version table:
     2.1 500
        500 http://a/debian bookworm-updates/main i386 Packages
 *** 2.0 500
        500 http://a/debian-security bookworm-security/main amd64 Packages
        100 /var/lib/dpkg/status
"""
TARGETS = """\
MetaKey: main/binary-amd64/Packages
Description: http://a/debian-security bookworm-security/main amd64 Packages
Codename: bookworm-security
Label: Debian-Security
Suite: stable-security

Description: http://a/debian sid/main amd64 Packages
Codename: sid
Label: security: all of it
Suite: unstable

Description: http://a/ubuntu noble-security/main amd64 Packages
Codename: noble
Label: Ubuntu
Suite: noble-security
"""
SIMULATION = (
    "Inst base-files [12.4+deb12u11] (12.4+deb12u15 Debian:12.15/oldstable [amd64])\n"
    "Conf base-files (12.4+deb12u15 Debian:12.15/oldstable [amd64])\n"
    "Inst new-one (1.0 Debian:12.15/oldstable [amd64])\n"
    "Inst lib [1:2-3] (1:2-4 Debian:12.15/oldstable, Debian-Security:12/x [amd64]) []\n"
    "Inst tls [1] (2 Ubuntu:24.04/noble-security [amd64])\n"
    "Inst acme [1] (2 security:x:1/stable [amd64])\n"
    "Inst \x1b[31m evil\n"
)
# Name, new version, whether it fixes security.
UPDATES = [
    ("base-files", "12.4+deb12u15", False),
    ("lib", "1:2-4", True),
    ("tls", "2", True),
    ("acme", "2", False),
]
SECURITY_INDEXES = {
    "http://a/debian-security bookworm-security/main amd64 Packages",
    "http://a/ubuntu noble-security/main amd64 Packages",
}
MASKED = {"hello"}
