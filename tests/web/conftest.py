"""A city hall with doors, for every test of the pages."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.web.city import City


@pytest.fixture
def empty_city(tmp_path: Path) -> Iterator[City]:
    """An office in which nothing has happened yet."""
    city = City(tmp_path)
    yield city
    city.close()


@pytest.fixture
def city(empty_city: City) -> City:
    """An office with a week like others."""
    empty_city.lives()
    return empty_city
