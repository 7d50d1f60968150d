"""The index's tables.  A file of another FORMAT is rebuilt, never migrated: it is a cache."""

from __future__ import annotations

FORMAT = 5

TABLES = """
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;

-- Programs have the lowest ids: a search among them alone is a search below an id.
CREATE TABLE package (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    version TEXT NOT NULL,      -- the newest that the lists or dpkg know
    installed TEXT,             -- the version on this machine, if any
    origin TEXT NOT NULL,
    section TEXT NOT NULL,
    kind TEXT NOT NULL,         -- one of kinds.py
    short TEXT NOT NULL,
    tags TEXT NOT NULL,         -- their words
    essential INTEGER NOT NULL, -- 1: removing it breaks the system
    popularity REAL NOT NULL,   -- log(1 + how much other packages ask for it)
    curated REAL NOT NULL       -- log(1 + how many intents of the catalogue name it)
);
CREATE TABLE dictionary (words BLOB NOT NULL);  -- one row: zlib's dictionary, see fill.py
CREATE TABLE description (      -- compressed; read for few packages at a time
    package INTEGER NOT NULL REFERENCES package (id),
    language TEXT NOT NULL,
    short TEXT NOT NULL,        -- empty for English: package.short has it
    long BLOB NOT NULL,
    PRIMARY KEY (package, language)
) WITHOUT ROWID;

CREATE TABLE provides (
    name TEXT NOT NULL,
    package INTEGER NOT NULL REFERENCES package (id),
    PRIMARY KEY (name, package)
) WITHOUT ROWID;

CREATE TABLE command (
    name TEXT NOT NULL,
    package TEXT NOT NULL,
    PRIMARY KEY (name, package)
) WITHOUT ROWID;

-- The catalogue: only packages that the lists hold, only intents that keep one.
CREATE TABLE intent (id INTEGER PRIMARY KEY, name TEXT NOT NULL, packages TEXT NOT NULL);
CREATE TABLE phrase (
    id INTEGER PRIMARY KEY,
    intent INTEGER NOT NULL REFERENCES intent (id),
    terms TEXT NOT NULL
);
CREATE TABLE phrase_term (
    term TEXT NOT NULL,
    phrase INTEGER NOT NULL REFERENCES phrase (id),
    PRIMARY KEY (term, phrase)
) WITHOUT ROWID;
CREATE TABLE vocabulary (       -- how many packages and intents have a stem
    term TEXT PRIMARY KEY,
    packages INTEGER NOT NULL,
    intents INTEGER NOT NULL
) WITHOUT ROWID;

-- Contentless: the words are searched here and shown from the tables above.
CREATE VIRTUAL TABLE words USING fts5 (
    name, short, long, tags, local, content = '',
    tokenize = 'porter unicode61 remove_diacritics 2'
);
"""
