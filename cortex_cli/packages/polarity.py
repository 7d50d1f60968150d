"""Tells requests for protection from requests for attack tools: "defend ssh against guessers".

Both use the same words, so neither the catalogue's phrases nor descriptions keep them apart; what
is asked for first does.  Pure; knows no index.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from cortex_cli.language.stems import fold
from cortex_cli.language.words import words

if TYPE_CHECKING:
    from collections.abc import Sequence

Polarity = Literal["protect", "attack"]

# What breaks in, guesses, listens in, forges or overloads: never the answer to "protect me".
ATTACK = frozenset(
    """
    aircrack-ng airgeddon bettercap beef-xss bruteforce-luks bruteforce-salted-openssl
    bruteforce-wallet brutespray bully cewl changeme cmospwd cowpatty crack crunch dirb
    dsniff eapmd5pass ettercap-graphical ettercap-text-only ettercap-common
    exploitdb fcrackzip ffuf ferret-sidejack fierce goldeneye gobuster hashcat hashcat-nvidia
    hashid hcxtools hcxdumptool hping3 hydra hydra-gtk john john-data mdk3 mdk4 medusa
    metasploit-framework mfoc mfcuk ncrack netsniff-ng ophcrack ophcrack-cli
    patator pdfcrack pixiewps polenum pompem reaver recon-ng responder sidguesser sipcrack
    sipvicious slowhttptest smbmap snmpcheck onesixtyone sqlmap sslsniff sslstrip sucrack t50
    thc-ipv6 thc-ssl-dos weevely wfuzz wifite yersinia farpd fragrouter
    """.split()  # noqa: SIM905 - a block of names reads better than quoted ones
)
# What keeps others out: never the answer to "crack this".
DEFENCE = frozenset({"fail2ban", "sshguard", "crowdsec", "denyhosts", "libpam-abl", "blocklistd"})

_PROTECT = frozenset(
    """
    protect protects protecting protected protection defend defends defending defence defense guard
    guarding shield safeguard harden hardening block blocks blocking ban bans banning prevent
    prevents preventing stop stops stopping against avoid avoiding repel deter nobody noone
    detect detects detecting detection refuse reject rejecting throttle fend keep lock kick
    somebody someone people bots hackers hacker attackers attacker intruders intruder strangers
    thieves criminals guessers
    proteger protege defendre defends defense bloquer bloque bloquage bannir bannit
    empecher empeche arreter stopper contre eviter detecter detecte securiser interdire repousser
    quelqu gens pirates attaquants voleurs alguien gente piratas atacantes intrusos ladrones
    protejo defender defiende defensa bloquear bloquea banear impedir impide evitar evita parar
    detener contra detectar detecta asegurar prohibir nadie frenar rechazar expulsar
    """.split()  # noqa: SIM905
)
_ATTACK = frozenset(
    """
    crack cracks cracking break hack hacking bruteforce bruteforcing pentest pentesting penetration
    exploit exploits exploiting sniff spoof guess test tests testing audit forgot forgotten recover
    casser craquer cracker tester deviner oublie retrouver
    romper crackear hackear probar adivinar olvide olvidada recuperar
    """.split()  # noqa: SIM905
)


def find_polarity(text_words: Sequence[str]) -> Polarity | None:
    """Return which of the two comes first in a request's words; None if neither does."""
    for word in map(fold, text_words):
        if word in _PROTECT:
            return "protect"
        if word in _ATTACK:
            return "attack"
    return None


def list_opposites(text: str) -> frozenset[str]:
    """Return the packages that do the opposite of what ``text`` asks for."""
    polarity = find_polarity(words(text))
    if polarity is None:
        return frozenset()
    return ATTACK if polarity == "protect" else DEFENCE
