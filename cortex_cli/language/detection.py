"""Guesses the language of a question: English, French or Spanish; English if nothing says more.

Small words decide, then words and letters that only one of the languages has.  What is quoted
does not count: an English question may quote a French error.  Pure; no lists are loaded.
"""

from __future__ import annotations

import re

from cortex_cli.expressions import expression
from cortex_cli.language.stems import fold
from cortex_cli.language.words import ENGLISH, FRENCH, LANGUAGES, SPANISH, small_words, words

MAX_CHARS = 2000
WORD, LETTER, INVERSION, MARK = 1.0, 1.0, 2.0, 3.0
# French has it far more often; Spanish nearly always has another mark beside it.
ACUTE = 0.4
# Settles only what the rest leaves open: "receta de tortilla".
ENDING = 0.1
_QUOTED = expression(r'"[^"]{1,300}"|«[^»]{1,300}»|“[^”]{1,300}”|`[^`]{1,300}`')
_POSSESSIVE = expression(r"(?<=\w)['\u2019]s\b")
_INVERSION = expression(r"-(?:t-)?(?:il|elle|ils|elles|on|je|ce|moi)\b", re.IGNORECASE)
_SPANISH_ENDING = expression(r"[^\W\d_]{2,}[ao]s?\Z")
_FRENCH_LETTERS, _SPANISH_LETTERS = frozenset("èêçàùœîôûëï"), frozenset("íóúá")
# Words of questions about a machine that are no small words, folded; none of them is English.
_FRENCH_WORDS = frozenset(
    """
    combien quels quelles lequel laquelle lesquels depuis quand aujourd hui ici chez etre peut
    peuvent doit fait faire fais tous toutes tout leur ces aussi tres entre trouve tourne
    utilise existe existent pointe sert signifie veut dire explique marche reste contient
    fichier fichiers dossier dossiers repertoire disque disques memoire noyau systeme reseau
    utilisateur utilisateurs processeur coeur coeurs processus serveur droits proprietaire mot
    passe espace taille valeur nom numero adresse adresses heure jour annee semaine connecte
    connectes installe installes active actif ouvert ouverts totale actuelle libres peripherique
    peripheriques connexion connexions dernieres derniers demarrage demarrer redemarrer erreur
    echoue echec carte lien liens monte conteneur bibliotheque partagee cle cles publique privee
    commande introuvable refusee acces invalide pare-feu libre suis mises mise cible demonter
    afficher affiche affichez montre montrez lister liste listez supprimer supprime copier creer
    ajouter chercher cherche changer arreter eteindre verifier donne donnez dis explique-moi
    """.split()  # noqa: SIM905 - a block of words reads better than quoted ones
)
_SPANISH_WORDS = frozenset(
    """
    cuanto cuanta cuantos cuantas cuando donde adonde quien quienes como cuales esta estan este
    esto esa ese soy estoy estamos tengo tiene tienen eres hace falta mas muy todos todas entre
    hoy aqui quiere decir significa sirve explica funciona apunta ocupa ocupan queda lleva
    contiene archivo archivos fichero ficheros carpeta carpetas directorio disco discos memoria
    nucleo nucleos sistema usuario usuarios equipo maquina servidor procesador proceso procesos
    puerto puertos contrasena permisos dueno tamano valor nombre direccion direcciones hora dia
    fecha semana ano clave claves publica privada enlace diferencia arranque arranco reiniciar
    encendida instalado instalada instalados activo activa activada abiertos libre espacio
    sincronizado dispositivo dispositivos ultimos ultimas ultimo accesos tarjeta temperatura
    limite contenedor biblioteca compartida cortafuegos codigo salida senal orden comando
    encontrada encontrado denegado rehusada rechazada conexion invalido violacion mascara reloj
    distribucion estado mantenedor fabricante hacer parar ver programar desinstalar apagar
    convertir mostrar muestra listar borrar borra copiar crear buscar busca cambiar abrir cerrar
    dime dame cuentame muestrame explicame modelo
    """.split()  # noqa: SIM905 - a block of words reads better than quoted ones
)
# The command, far more often than "his".
_AMBIGUOUS = frozenset({"su"})
_ENGLISH_WORDS = frozenset({"vs", "versus"})
_MORE = {ENGLISH: _ENGLISH_WORDS, FRENCH: _FRENCH_WORDS, SPANISH: _SPANISH_WORDS}


def guess_language(text: str) -> str:
    """The language of ``text``; English if none is likelier."""
    bounded = text[:MAX_CHARS]
    outside = _QUOTED.sub(" ", bounded)
    scores = _scores(outside)
    if not any(scores.values()):
        scores = _scores(bounded)
    return max(scores, key=lambda name: scores[name])  # the first of equals: English


def _scores(text: str) -> dict[str, float]:
    plain = _POSSESSIVE.sub("", text)
    clear_words = [word for word in words(plain) if word not in _AMBIGUOUS]
    scores = {
        name: WORD
        * sum(word in small_words(name) or fold(word) in _MORE[name] for word in clear_words)
        for name in LANGUAGES
    }
    low = plain.lower()
    scores[FRENCH] += LETTER * any(char in _FRENCH_LETTERS for char in low)
    scores[FRENCH] += ACUTE * ("é" in low and not scores[SPANISH])
    scores[FRENCH] += INVERSION * len(_INVERSION.findall(low))
    scores[SPANISH] += LETTER * any(char in _SPANISH_LETTERS for char in low)
    scores[SPANISH] += ENDING * (
        scores[SPANISH] > 0 and any(map(_SPANISH_ENDING.match, clear_words))
    )
    scores[SPANISH] += MARK * any(char in "¿¡ñ" for char in low)
    return scores
