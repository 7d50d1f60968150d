import pytest
from hypothesis import given
from hypothesis import strategies as st

from cortex_cli.language.detection import guess_language
from cortex_cli.language.words import LANGUAGES

ENGLISH = (
    "What is the capital of France?", "nginx", "", "today's date", "su vs sudo", "errno 13",
    'what does "aucun espace disponible" mean', "disk usage", "red hat", "what's a daemon",
    "mount options of /", "difference between tcp and udp", "impossible", "c++ version",
)  # fmt: skip
FRENCH = (
    "Qu'est-ce que nginx ?", "mémoire totale", "charge actuelle", "git est-il installé",
    "dernières connexions", "périphériques usb", "/etc/fstab existe-t-il", "faut-il redémarrer",
    "où se trouve python3", "« commande introuvable »", "conteneur ou machine virtuelle",
    "depuis quand la machine tourne-t-elle", "memoire libre", "c'est quoi un inode",
)  # fmt: skip
SPANISH = (
    "¿Qué es un servidor web?", "¿está instalado git?", "¿quién soy?", "memoria total",
    "dirección mac de eth0", "permisos de /etc/passwd", "¿adónde apunta /bin/sh?",
    "espacio libre en /", "«permiso denegado»", "diferencia entre proceso e hilo",
    "dispositivos usb", "temperatura de la cpu", "señal 15", "cuanta memoria hay",
)  # fmt: skip
ASKED = (("en", ENGLISH), ("fr", FRENCH), ("es", SPANISH))


@pytest.mark.parametrize(
    ("text", "language"), [(text, name) for name, texts in ASKED for text in texts]
)
def test_the_language_of_a_question(text: str, language: str) -> None:
    assert guess_language(text) == language


@given(st.text())
def test_any_text_has_a_language(text: str) -> None:
    assert guess_language(text) in LANGUAGES
