"""The fixtures that other tests stand on."""

from __future__ import annotations

import subprocess

import psycopg


def test_postgres_answers_on_an_empty_database(postgres_url: str) -> None:
    """Each test has a database of its own, so that no test sees another's tables."""
    with psycopg.connect(postgres_url.replace("+psycopg", "")) as connection:
        tables = connection.execute("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'").fetchone()
    assert tables == (0,)


def test_chromium_runs(chromium: str) -> None:
    """A browser that is installed but lacks a library is found out here, not in a journey."""
    done = subprocess.run([chromium, "--version"], capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout.split()
