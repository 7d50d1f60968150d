"""The index's tables.  A file of another FORMAT is rebuilt, never migrated: it is a cache."""

from __future__ import annotations

FORMAT = 1

TABLES = """
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;

CREATE TABLE package (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    version TEXT NOT NULL,      -- the newest that the lists or dpkg know
    installed TEXT,             -- the version on this machine, if any
    origin TEXT NOT NULL,
    section TEXT NOT NULL,
    kind TEXT NOT NULL,         -- see kinds.py
    short TEXT NOT NULL,
    long TEXT NOT NULL,
    homepage TEXT NOT NULL,
    essential INTEGER NOT NULL, -- 1: removing it breaks the system
    popularity REAL NOT NULL    -- log(1 + how much else asks for it)
);

CREATE TABLE provides (name TEXT NOT NULL, package INTEGER NOT NULL REFERENCES package (id));
CREATE INDEX provides_name ON provides (name);

-- Contentless: the words are searched here and shown from the table above.
CREATE VIRTUAL TABLE words USING fts5 (
    name, short, long, tags, content = '', tokenize = 'porter unicode61 remove_diacritics 2'
);
"""
