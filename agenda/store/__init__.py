"""The agenda kept in a database: SQLite by default, PostgreSQL by URL."""

from agenda.store.cipher import KeyFile
from agenda.store.credentials import SqlCredentials
from agenda.store.engines import StoreUnfitError
from agenda.store.failures import RuleBrokenError, StoreAwayError, StoreDamagedError
from agenda.store.schema import downgrade, upgrade
from agenda.store.transactions import SqlStore

__all__ = [
    "KeyFile",
    "RuleBrokenError",
    "SqlCredentials",
    "SqlStore",
    "StoreAwayError",
    "StoreDamagedError",
    "StoreUnfitError",
    "downgrade",
    "upgrade",
]
