"""The database's schema, as the ordered list of its migrations.

A migration is never changed once released; ``PRAGMA user_version`` counts those applied.
"""

from __future__ import annotations

MIGRATIONS: tuple[str, ...] = (
    # 1: alerts; ``body`` is JSON: metadata, evidence, remedy, analysis
    """
    CREATE TABLE alerts (
        id TEXT PRIMARY KEY,
        key TEXT NOT NULL,
        kind TEXT NOT NULL,
        source TEXT NOT NULL,
        type TEXT NOT NULL,
        severity TEXT NOT NULL,
        status TEXT NOT NULL,
        open INTEGER NOT NULL,
        first_seen REAL NOT NULL,
        last_seen REAL NOT NULL,
        resolved_at REAL,
        resolution TEXT,
        occurrences INTEGER NOT NULL,
        title TEXT NOT NULL,
        message TEXT NOT NULL,
        body TEXT NOT NULL
    ) WITHOUT ROWID;
    CREATE UNIQUE INDEX alerts_open ON alerts (key) WHERE open;
    CREATE INDEX alerts_by_time ON alerts (first_seen DESC);
    CREATE INDEX alerts_by_status ON alerts (status, first_seen DESC);
    """,
    # 2: one value a minute of each series, for trends and sparklines
    """
    CREATE TABLE samples (
        series TEXT NOT NULL,
        minute INTEGER NOT NULL,
        value REAL NOT NULL,
        PRIMARY KEY (series, minute)
    ) WITHOUT ROWID;
    CREATE TABLE facts (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
    """,
    # 3: messages to the webhook that were not delivered yet
    """
    CREATE TABLE outbox (
        number INTEGER PRIMARY KEY AUTOINCREMENT,
        body TEXT NOT NULL,
        attempts INTEGER NOT NULL DEFAULT 0,
        next_at REAL NOT NULL
    );
    """,
)
