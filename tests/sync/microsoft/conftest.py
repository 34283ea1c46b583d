"""A Graph of its own for every test."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.contract.conftest import LOOPBACK, graph_schema
from tests.contract.graph import GraphSource, a_graph
from tests.simulators.graph import Schema

__all__ = ["graph_schema"]


@pytest.fixture
def outlook(graph_schema: Schema) -> Iterator[GraphSource]:
    """An empty calendar in the simulator."""
    with a_graph(graph_schema, LOOPBACK) as source:
        yield source
