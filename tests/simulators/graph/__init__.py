"""Microsoft Graph's calendars on loopback, written from the vendor's schema and documents, not from the connector."""

from tests.simulators.graph.schema import FILE, Schema
from tests.simulators.graph.server import Grant, Heard, Simulator, graph
from tests.simulators.graph.world import Item, Json, World, at

__all__ = ["FILE", "Grant", "Heard", "Item", "Json", "Schema", "Simulator", "World", "at", "graph"]
