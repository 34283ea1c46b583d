"""The agenda kept in a database: SQLite by default, PostgreSQL by URL."""

from agenda.store.engines import StoreUnfitError
from agenda.store.failures import RuleBrokenError, StoreAwayError, StoreDamagedError
from agenda.store.schema import downgrade, upgrade
from agenda.store.transactions import SqlStore

__all__ = [
    "RuleBrokenError",
    "SqlStore",
    "StoreAwayError",
    "StoreDamagedError",
    "StoreUnfitError",
    "downgrade",
    "upgrade",
]
