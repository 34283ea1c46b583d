"""The demo office, started as anybody starts it, and a browser to walk through it."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import pytest
import requests
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Request, sync_playwright

FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
)
WIDE, NARROW = (1440, 900), (390, 844)
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
START_WITHIN_S = 120


@dataclass(frozen=True)
class Demo:
    """A running demo office."""

    url: str
    folder: Path


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    """The demo office on a free port, with its data in a folder of its own; ended as Ctrl-C ends it."""
    folder = tmp_path_factory.mktemp("demo")
    command = [str(Path(sys.executable).with_name("antechamber")), "demo", "--port", "0", "--no-browser"]
    log = folder / "said"
    with log.open("wb") as said:
        process = subprocess.Popen(
            [*command, "--data-dir", str(folder / "data")], stdout=said, stderr=subprocess.STDOUT
        )
    try:
        yield Demo(_address(process, log), folder / "data")
    finally:
        process.send_signal(signal.SIGINT)
        try:
            process.wait(30)
        except subprocess.TimeoutExpired:
            process.kill()
            raise


def _address(process: subprocess.Popen[bytes], log: Path) -> str:
    until = time.monotonic() + START_WITHIN_S
    while time.monotonic() < until and process.poll() is None:
        found = re.search(r"http://[\w.:]+/", log.read_text(errors="replace"))
        if found and _answers(found[0]):
            return found[0]
        time.sleep(0.2)  # until the process is ready there is no event to wait for
    pytest.fail(f"the demo office did not open: {log.read_text(errors='replace')}")


def _answers(url: str) -> bool:
    try:
        return requests.get(url, timeout=5).ok
    except requests.ConnectionError:
        return False


@pytest.fixture(scope="module")
def browser(chromium: str) -> Iterator[Browser]:
    """Chromium, once for all journeys of a module."""
    with sync_playwright() as playwright:
        found = playwright.chromium.launch(executable_path=chromium, args=list(FLAGS))
        yield found
        found.close()


@dataclass
class Visitor:
    """Somebody with a browser, and everything the browser complained about."""

    context: BrowserContext
    page: Page
    home: str
    complaints: list[str] = field(default_factory=list)
    strangers: list[str] = field(default_factory=list)

    def goes_to(self, path: str) -> None:
        """Open a page of the office."""
        answer = self.page.goto(self.home + path)
        assert answer is not None
        assert answer.ok, f"{path}: {answer.status}"

    def comes_in(self) -> None:
        """Sign in as the demo's secretary, with the button that the demo offers."""
        self.goes_to("")
        self.page.get_by_role("button", name="Dolores Finchley").click()
        self.page.wait_for_load_state()

    def finds_no_barrier(self) -> None:
        """Axe, by the rules of WCAG 2.2 AA and its own best practice."""
        found = Axe().run(self.page, options={"runOnly": {"type": "tag", "values": RULES}})
        told = [f"{one['id']}: {[node['target'] for node in one['nodes']][:3]}" for one in found.response["violations"]]
        assert not told, f"{self.page.url}: {told}"

    def takes_a_picture(self, name: str) -> None:
        """Keep a picture for the documents, when they are asked for."""
        folder = os.environ.get("PICTURES")
        if folder:
            Path(folder).mkdir(parents=True, exist_ok=True)
            self.page.screenshot(path=Path(folder) / f"{name}.png")


Enter = Callable[..., Visitor]


@pytest.fixture
def enter(browser: Browser, demo: Demo) -> Iterator[Enter]:
    """Let somebody in; at the end nobody's browser may have complained or asked a stranger."""
    visitors: list[Visitor] = []

    def come(
        size: tuple[int, int] = WIDE,
        scheme: Literal["light", "dark"] = "light",
        *,
        scripts: bool = True,
        locale: str = "en-US",
    ) -> Visitor:
        context = browser.new_context(
            viewport={"width": size[0], "height": size[1]},
            is_mobile=size == NARROW,
            color_scheme=scheme,
            reduced_motion="reduce",
            java_script_enabled=scripts,
            locale=locale,
        )
        visitor = Visitor(context, context.new_page(), demo.url)

        def hear(message: ConsoleMessage) -> None:
            if message.type in ("error", "warning"):
                visitor.complaints.append(message.text)

        def see(request: Request) -> None:
            if not request.url.startswith((demo.url, "data:")):
                visitor.strangers.append(request.url)

        visitor.page.on("console", hear)
        visitor.page.on("pageerror", lambda error: visitor.complaints.append(str(error)))
        visitor.page.on("request", see)
        visitors.append(visitor)
        return visitor

    yield come
    for visitor in visitors:
        visitor.context.close()
        assert visitor.complaints == []
        assert visitor.strangers == []
