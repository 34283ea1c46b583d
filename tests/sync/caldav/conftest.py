"""The CalDAV servers of the contract suite, here for what is not everybody's contract."""

from tests.contract.conftest import calendar_name, dav, radicale_server, xandikos_server

__all__ = ["calendar_name", "dav", "radicale_server", "xandikos_server"]
