"""Training examples of reading: a question, a passage, and the part of it that answers.

The passages have the forms that the product's own evidence has: a package's description, a
manual's options, and facts line by line. A share of the questions has no answer in the
passage, and the right answer is then to say so.
"""

from __future__ import annotations

import random
import re
from typing import Any

from cortex_llm.nano import prompts
from cortex_llm.nano.example import Example, choose_language
from cortex_llm.nano.vocabulary import Vocabulary, is_held_out

UNANSWERED = 0.2
TWO_PASSAGES = 0.25
OTHER_LANGUAGE = 0.12  # questions in French or Spanish about an English passage
SUMMARY_ONLY = 0.3  # many machines have no longer descriptions: containers, for one
MAX_PASSAGE = 900
MOST_OPTIONS = 9
KEYS = {
    "en": ("OS", "Kernel", "Memory", "Disk", "Version", "Section", "Homepage", "Size", "Uptime",
           "Load", "CPU", "Swap", "Hostname", "Address", "Free space", "Battery", "Package",
           "Status", "Port", "User"),
    "fr": ("Système", "Noyau", "Mémoire", "Disque", "Version", "Section", "Site", "Taille",
           "Charge", "Processeur", "Nom", "Adresse", "Espace libre", "Batterie", "État", "Port"),
    "es": ("Sistema", "Núcleo", "Memoria", "Disco", "Versión", "Sección", "Sitio", "Tamaño",
           "Carga", "Procesador", "Nombre", "Dirección", "Espacio libre", "Batería", "Estado"),
}  # fmt: skip
ASK_FACT = {
    "en": ("what is the {key}?", "which {key} is it", "{key}?", "tell me the {key}",
           "what {key} do i have", "the {key} please", "show the {key} of this machine"),
    "fr": ("quel est le {key} ?", "quelle est la {key}", "{key} ?", "donne-moi la {key}",
           "{key} de cette machine", "c'est quoi la {key} ici"),
    "es": ("¿cuál es el {key}?", "cuál es la {key}", "¿{key}?", "dime la {key}",
           "{key} de esta máquina", "qué {key} tengo"),
}  # fmt: skip
ASK_FLAG = {
    "en": ("what does {flag} do in {name}?", "what does {name} {flag} do", "{name} {flag}",
           "what is the option {flag} of {name} for?", "explain {name} {flag}",
           "meaning of {flag} in {name}"),
    "fr": ("que fait {flag} dans {name} ?", "à quoi sert {name} {flag}", "{name} {flag}",
           "à quoi sert l'option {flag} de {name} ?", "explique {name} {flag}"),
    "es": ("¿qué hace {flag} en {name}?", "para qué sirve {name} {flag}", "{name} {flag}",
           "¿para qué sirve la opción {flag} de {name}?", "explica {name} {flag}"),
}  # fmt: skip
ASK_OPTION = {
    "en": ("how do i {words} with {name}", "which option of {name} is for: {words}",
           "{name}: {words}", "{name} option to {words}", "how to {words} in {name}?"),
    "fr": ("comment {words} avec {name}", "quelle option de {name} pour {words} ?",
           "{name} : {words}", "option de {name} pour {words}"),
    "es": ("cómo {words} con {name}", "¿qué opción de {name} es para {words}?",
           "{name}: {words}", "opción de {name} para {words}"),
}  # fmt: skip
ASK_PART = {
    "en": ("does {name} have {words}?", "what about {words} in {name}", "{name} {words}",
           "{name} and {words}?", "tell me about {words} in {name}", "can {name} do {words}"),
    "fr": ("{name} gère-t-il {words} ?", "et {words} dans {name}", "{name} {words}",
           "que dit-on de {words} pour {name} ?"),
    "es": ("¿{name} tiene {words}?", "y {words} en {name}", "{name} {words}",
           "¿qué se dice de {words} en {name}?"),
}  # fmt: skip


class Reader:
    """Makes examples of the task `answer`."""

    def __init__(self, words: Vocabulary) -> None:
        self._grammars = words.grammars
        self._packages = {
            language: [
                package
                for package in words.packages
                if language in package["short"] and not is_held_out(package["name"])
            ]
            for language in prompts.LANGUAGES
        }
        self._manuals = {
            language: [
                page
                for page in words.manuals
                if page["language"] == language
                and len(page["options"]) > 1
                and not is_held_out(page["name"])
            ]
            for language in prompts.LANGUAGES
        }

    def read(self, chance: random.Random) -> Example | None:
        """A question with a passage or two, and the answer."""
        language = choose_language(chance)
        roll = chance.random()
        make = self._description if roll < 0.5 else self._option if roll < 0.75 else self._part
        if roll > 0.88:
            make = self._fact
        asked = language
        if language == "en" and chance.random() < OTHER_LANGUAGE:
            asked = chance.choice(("fr", "es"))
        made = make(chance, language, asked)
        if made is None:
            return None
        question, passage, answer = made
        passages = [passage]
        if chance.random() < UNANSWERED:
            other = make(chance, language, asked)
            if other is None or answer in other[1]:
                return None
            passages, answer = [other[1]], prompts.UNKNOWN[asked]
        elif chance.random() < TWO_PASSAGES:
            other = make(chance, language, asked)
            if other is not None and make is not self._fact:
                passages.insert(chance.randrange(2), other[1])
        return Example("read", prompts.answer(question, passages), answer)

    def _description(
        self, chance: random.Random, language: str, asked: str
    ) -> tuple[str, str, str] | None:
        package = chance.choice(self._packages[language])
        name = package["name"]
        sentence = self._grammars[asked].say(_DEFINE[asked], chance, {"term": name})
        passage, answer = description(package, language)
        return sentence.text, answer if chance.random() < SUMMARY_ONLY else passage, answer

    def _part(
        self, chance: random.Random, language: str, asked: str
    ) -> tuple[str, str, str] | None:
        package = chance.choice(self._packages[language])
        passage, _ = description(package, language)
        sentences = [
            s for s in split_sentences(passage.partition("\n")[2]) if 5 <= len(s.split()) <= 30
        ]
        if not sentences:
            return None
        answer = chance.choice(sentences)
        question = _asking(chance, ASK_PART[asked], package["name"], answer)
        return question, passage, answer

    def _option(
        self, chance: random.Random, language: str, asked: str
    ) -> tuple[str, str, str] | None:
        if not self._manuals[language]:
            return None
        page = chance.choice(self._manuals[language])
        count = min(len(page["options"]), chance.randint(2, MOST_OPTIONS))
        at = chance.randrange(len(page["options"]) - count + 1)
        options = page["options"][at : at + count]
        lines = [f"{flags}: {text}" for flags, text in options]
        passage = f"{page['name']}: {page['summary']}.\n" + "\n".join(lines)
        chosen = chance.randrange(count)
        flags, text = options[chosen]
        if chance.random() < 0.55:
            flag = chance.choice([re.split(r"[\s=\[]", f.strip())[0] for f in flags.split(",")])
            question = chance.choice(ASK_FLAG[asked]).format(flag=flag, name=page["name"])
        else:
            question = _asking(chance, ASK_OPTION[asked], page["name"], text)
        return question, passage[:MAX_PASSAGE], lines[chosen]

    def _fact(
        self, chance: random.Random, language: str, asked: str
    ) -> tuple[str, str, str] | None:
        keys = chance.sample(KEYS[language], chance.randint(2, 8))
        values = {key: self._value(chance) for key in keys}
        lines = [f"{key}: {value}" for key, value in values.items()]
        key = chance.choice(keys)
        shown = key.lower() if chance.random() < 0.7 else key
        question = chance.choice(ASK_FACT[language]).format(key=shown)
        if asked != language:
            return None
        return question, "\n".join(lines), f"{key}: {values[key]}"

    def _value(self, chance: random.Random) -> str:
        roll = chance.random()
        if roll < 0.3:
            return f"{chance.randint(1, 999)}{chance.choice((' GB', ' MB', '%', '', ' °C', ' h'))}"
        if roll < 0.6:
            return ".".join(str(chance.randint(0, 40)) for _ in range(chance.randint(2, 4)))
        package = chance.choice(self._packages["en"])
        return str(chance.choice((package["version"], package["section"], package["name"])))


#: Questions about a thing by its name, whose answer is its summary.
_DEFINE = {
    "en": ["what is {term}", "what's {term} (exactly|used for|good for|about|)", "{term}",
           "what does {term} do", "(explain|describe|define) {term}", "{term}, what is it",
           "tell me (about|what) {term} (is|)",
           "what (kind of|sort of) (program|package) is {term}",
           "(can|could) you (explain|describe) {term}", "what is the package {term} (for|)",
           "i want to know what {term} is", "describe {term} in one sentence"],
    "fr": ["qu'est-ce que {term}", "c'est quoi {term}", "{term} c'est quoi", "{term}",
           "à quoi sert {term}", "(explique|décris|définis) {term}", "que fait {term}",
           "peux-tu m'expliquer {term}", "parle-moi de {term}", "{term}, ça sert à quoi"],
    "es": ["qué es {term}", "¿qué es {term}", "{term} qué es", "{term}", "para qué sirve {term}",
           "(explica|describe|define) {term}", "qué hace {term}", "háblame de {term}",
           "puedes explicarme {term}", "{term}, ¿para qué sirve"],
}  # fmt: skip


def description(package: dict[str, Any], language: str) -> tuple[str, str]:
    """A package's passage, and the sentence that says what it is."""
    short = re.sub(r"\s+", " ", package["short"][language]).rstrip(".")
    long = re.sub(r"[ \t]*\n[ \t]*", " ", package["long"][language].split("\n\n")[0])
    passage = f"{package['name']}: {short}.\n{long}".strip()[:MAX_PASSAGE]
    return passage, f"{package['name']}: {short}."


def split_sentences(text: str) -> list[str]:
    """The sentences of a paragraph."""
    return [part.strip() for part in re.split(r"(?<=[.!?])\s+", text) if part.strip()]


def _asking(chance: random.Random, templates: tuple[str, ...], name: str, text: str) -> str:
    """A question with a few words of the text that answers it."""
    words = re.findall(r"[\w'+-]+", text)
    count = min(len(words), chance.randint(3, 6))
    at = chance.randrange(len(words) - count + 1)
    kept = [word for word in words[at : at + count] if chance.random() > 0.1]
    return chance.choice(templates).format(name=name, words=" ".join(kept or words[:1]).lower())
