"""What an HTTP status says: 404, 502 and the like."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from cortex_cli.concepts.phrases import LIKELY, SURE, blocks, explanation, left_over

if TYPE_CHECKING:
    from cortex_cli.finding import Finding

SOURCE = "RFC 9110"
_NUMBER = re.compile(r"(?<![\w.:/-])([1-5]\d\d)(?![\w/:-]|[.,]\d)")
_CUED = re.compile(r"\b(?:https?|web|nginx|apache2?|curl|erreur|error|page|statut|status|browser|"
                   r"navigateur|navegador|website|site)\b", re.IGNORECASE)  # fmt: skip
CUES = blocks(
    """
    http https status error errors code response web page website site server nginx apache curl
    browser returns returned gateway bad not found forbidden unauthorized internal request timeout
    unavailable service too many requests moved permanently redirect ok get gives says answer
    statut erreur reponse serveur navigateur renvoie passerelle
    estado respuesta servidor navegador devuelve pagina sitio
    """
)
LANGUAGES = ("en", "fr", "es")
HEAD = {"en": "HTTP {} ({}): ", "fr": "HTTP {} ({}) : ", "es": "HTTP {} ({}): "}
KNOWN: dict[int, tuple[str, str, str, str]] = {
    100: ("Continue", "the server is ready for the body of the request.", "le serveur est prêt à recevoir le corps de la requête.", "el servidor está listo para el cuerpo de la petición."),
    101: ("Switching Protocols", "the connection changes protocol, usually to WebSocket.", "la connexion change de protocole, en général pour WebSocket.", "la conexión cambia de protocolo, normalmente a WebSocket."),
    200: ("OK", "the request succeeded.", "la requête a réussi.", "la petición tuvo éxito."),
    201: ("Created", "something new was created on the server.", "une ressource a été créée sur le serveur.", "se creó un recurso en el servidor."),
    202: ("Accepted", "the request was accepted and is still being worked on.", "la requête est acceptée et encore en traitement.", "la petición se aceptó y sigue en proceso."),
    204: ("No Content", "success, with nothing to send back.", "succès, sans contenu à renvoyer.", "éxito, sin contenido que devolver."),
    206: ("Partial Content", "part of a file, as asked; used to resume downloads.", "une partie du fichier, comme demandé ; sert à reprendre un téléchargement.", "una parte del archivo, como se pidió; sirve para reanudar descargas."),
    301: ("Moved Permanently", "the address has changed for good; the new one is in Location.", "l'adresse a changé définitivement ; la nouvelle est dans Location.", "la dirección cambió para siempre; la nueva está en Location."),
    302: ("Found", "look at another address for now, given in Location.", "voir provisoirement une autre adresse, donnée dans Location.", "vaya por ahora a otra dirección, indicada en Location."),
    303: ("See Other", "the answer is at another address, to be fetched with GET.", "la réponse est à une autre adresse, à lire avec GET.", "la respuesta está en otra dirección, que se lee con GET."),
    304: ("Not Modified", "the cached copy is still current, so nothing is sent.", "la copie en cache est à jour, rien n'est renvoyé.", "la copia en caché sigue vigente y no se envía nada."),
    307: ("Temporary Redirect", "another address for now, with the same method.", "autre adresse pour le moment, avec la même méthode.", "otra dirección por ahora, con el mismo método."),
    308: ("Permanent Redirect", "another address for good, with the same method.", "autre adresse définitivement, avec la même méthode.", "otra dirección para siempre, con el mismo método."),
    400: ("Bad Request", "the server could not understand the request: wrong syntax, headers too large, or HTTP sent to an HTTPS port.", "le serveur n'a pas compris la requête : syntaxe fausse, en-têtes trop grands, ou HTTP envoyé sur un port HTTPS.", "el servidor no entendió la petición: sintaxis errónea, cabeceras muy grandes o HTTP enviado a un puerto HTTPS."),
    401: ("Unauthorized", "you must authenticate; the credentials are missing or wrong.", "il faut s'authentifier ; les identifiants manquent ou sont faux.", "hay que autenticarse; las credenciales faltan o son erróneas."),
    403: ("Forbidden", "the server understood and refuses: a rule denies access, or it may not read the file.", "le serveur a compris et refuse : une règle l'interdit, ou il ne peut pas lire le fichier.", "el servidor entendió y se niega: una regla lo impide o no puede leer el archivo."),
    404: ("Not Found", "the server was reached, but nothing is at this address: wrong path or document root.", "le serveur répond, mais il n'y a rien à cette adresse : mauvais chemin ou mauvaise racine.", "el servidor responde, pero no hay nada en esa dirección: ruta o raíz de documentos equivocada."),
    405: ("Method Not Allowed", "the address exists but not for this method, such as POST.", "l'adresse existe, mais pas pour cette méthode, POST par exemple.", "la dirección existe, pero no para este método, como POST."),
    406: ("Not Acceptable", "the server has no form of it that the client accepts.", "le serveur n'a aucune forme que le client accepte.", "el servidor no tiene ningún formato que el cliente acepte."),
    407: ("Proxy Authentication Required", "the proxy wants a user name and password.", "le proxy demande un nom et un mot de passe.", "el proxy pide usuario y contraseña."),
    408: ("Request Timeout", "the client sent its request too slowly.", "le client a envoyé sa requête trop lentement.", "el cliente envió su petición demasiado despacio."),
    409: ("Conflict", "the request clashes with the present state.", "la requête contredit l'état actuel.", "la petición choca con el estado actual."),
    410: ("Gone", "it was here and has been removed for good.", "la ressource a été retirée définitivement.", "el recurso se retiró para siempre."),
    411: ("Length Required", "the request must give its Content-Length.", "la requête doit indiquer Content-Length.", "la petición debe indicar Content-Length."),
    413: ("Content Too Large", "the upload exceeds the server's limit; in nginx client_max_body_size.", "l'envoi dépasse la limite du serveur ; dans nginx client_max_body_size.", "el envío supera el límite del servidor; en nginx client_max_body_size."),
    414: ("URI Too Long", "the address is longer than the server allows.", "l'adresse est plus longue que le serveur ne l'admet.", "la dirección es más larga de lo permitido."),
    415: ("Unsupported Media Type", "the server does not take this Content-Type.", "le serveur n'accepte pas ce Content-Type.", "el servidor no admite ese Content-Type."),
    416: ("Range Not Satisfiable", "the part asked for lies outside the file.", "la partie demandée est hors du fichier.", "la parte pedida queda fuera del archivo."),
    418: ("I'm a teapot", "an old joke (RFC 2324); some sites use it to refuse robots.", "une vieille plaisanterie (RFC 2324) ; des sites s'en servent contre les robots.", "una vieja broma (RFC 2324); algunos sitios la usan contra robots."),
    422: ("Unprocessable Content", "well formed, but the values do not make sense to the server.", "bien formée, mais les valeurs n'ont pas de sens pour le serveur.", "bien formada, pero los valores no tienen sentido para el servidor."),
    425: ("Too Early", "the server does not risk a request that might be a replay.", "le serveur refuse une requête qui pourrait être rejouée.", "el servidor no acepta una petición que podría ser repetida."),
    426: ("Upgrade Required", "the server wants another protocol version.", "le serveur exige une autre version du protocole.", "el servidor exige otra versión del protocolo."),
    428: ("Precondition Required", "the request must be conditional.", "la requête doit être conditionnelle.", "la petición debe ser condicional."),
    429: ("Too Many Requests", "a rate limit was reached; wait (Retry-After says how long).", "limite de débit atteinte ; attendez (Retry-After dit combien).", "se alcanzó un límite de frecuencia; espere (Retry-After dice cuánto)."),
    431: ("Request Header Fields Too Large", "the headers, often cookies, are too large.", "les en-têtes, souvent les cookies, sont trop grands.", "las cabeceras, a menudo las cookies, son demasiado grandes."),
    451: ("Unavailable For Legal Reasons", "withheld on legal grounds.", "retenu pour des raisons légales.", "retenido por motivos legales."),
    499: ("Client Closed Request", "nginx's own: the client left before the answer.", "propre à nginx : le client est parti avant la réponse.", "propio de nginx: el cliente se fue antes de la respuesta."),
    500: ("Internal Server Error", "the application on the server failed; its error log says why.", "l'application du serveur a échoué ; son journal d'erreurs dit pourquoi.", "falló la aplicación del servidor; su registro de errores dice por qué."),
    501: ("Not Implemented", "the server does not know this method.", "le serveur ne connaît pas cette méthode.", "el servidor no conoce ese método."),
    502: ("Bad Gateway", "the proxy got no valid answer from the server behind it: it is down, crashed or on another port.", "le proxy n'a pas eu de réponse valable du serveur derrière lui : arrêté, planté ou sur un autre port.", "el proxy no obtuvo respuesta válida del servidor que hay detrás: está parado, caído o en otro puerto."),
    503: ("Service Unavailable", "the server is overloaded or in maintenance; try later.", "le serveur est surchargé ou en maintenance ; réessayez plus tard.", "el servidor está sobrecargado o en mantenimiento; inténtelo después."),
    504: ("Gateway Timeout", "the server behind the proxy took too long.", "le serveur derrière le proxy a mis trop longtemps.", "el servidor detrás del proxy tardó demasiado."),
    505: ("HTTP Version Not Supported", "the server does not speak this version of HTTP.", "le serveur ne parle pas cette version de HTTP.", "el servidor no habla esa versión de HTTP."),
    507: ("Insufficient Storage", "the server has no room to store it.", "le serveur n'a plus de place pour l'enregistrer.", "el servidor no tiene espacio para guardarlo."),
    511: ("Network Authentication Required", "a captive portal wants you to log in first.", "un portail captif demande d'abord une connexion.", "un portal cautivo pide iniciar sesión antes."),
}  # fmt: skip
# Without a word about the web, only the ones that everybody knows.
FAMOUS = frozenset({301, 302, 304, 401, 403, 404, 418, 429, 500, 502, 503, 504})


def explain(question: str, language: str) -> Finding | None:
    """What the HTTP status in ``question`` says."""
    matches = list(_NUMBER.finditer(question))
    if len(matches) != 1:
        return None
    number = int(matches[0][1])
    rest = question[: matches[0].start()] + " " + question[matches[0].end() :]
    cued = bool(_CUED.search(rest))
    if number not in KNOWN or left_over(rest, CUES) or not (cued or number in FAMOUS):
        return None
    name, *texts = KNOWN[number]
    text = HEAD[language].format(number, name) + texts[LANGUAGES.index(language)]
    return explanation(text, SOURCE, f"http {number}", SURE if cued else LIKELY)
