"""The demo office: an invented city whose weeks are made up around today."""

from web.demo.office import Account, DemoOffice, is_stale, prepare, prepared_on
from web.demo.radicale import Collection, DemoRadicale, DemoServerError

__all__ = [
    "Account",
    "Collection",
    "DemoOffice",
    "DemoRadicale",
    "DemoServerError",
    "is_stale",
    "prepare",
    "prepared_on",
]
