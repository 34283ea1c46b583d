"""The simulated provider, started for each test; whatever was against its description fails the test."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.simulators.google.office import Desk, a_desk
from tests.simulators.google.server import Simulator, google


@pytest.fixture
def simulator() -> Iterator[Simulator]:
    """A provider without a single calendar."""
    with google() as running:
        yield running
    assert running.violations == []


@pytest.fixture
def desk(simulator: Simulator) -> Desk:
    """The mayor's calendar, empty."""
    return a_desk(simulator)
