"""Every test of a repository runs on both databases."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from agenda.store import SqlStore
from tests.databases import BOTH, migrated_url, opened, sqlite_url


@pytest.fixture(params=BOTH)
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """An empty, migrated store: SQLite, then PostgreSQL."""
    yield from migrated_url(request.param, request, tmp_path)


@pytest.fixture
def store(url: str) -> Iterator[SqlStore]:
    """The same, open."""
    with opened(url) as store:
        yield store


@pytest.fixture
def file_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """An empty, migrated SQLite file."""
    return sqlite_url(request, tmp_path)
