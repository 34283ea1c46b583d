"""Never over the limit, never before Retry-After, and one mailbox's trouble is its own."""

from __future__ import annotations

import random
import threading
import time

import pytest

from agenda.model.errors import TryLaterError
from sync.microsoft.limiter import AT_ONCE, LONGEST_WAIT_S, Limiter


class Watch:
    """A clock that is set."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        """Its seconds."""
        return self.now


def test_h14_no_more_than_four_at_once() -> None:
    """Twenty readers and ten writers: four places, all of them used; the control counts as many as come."""
    assert most_at_once(Limiter()) == AT_ONCE
    assert most_at_once(Limiter(at_once=30)) > AT_ONCE


def most_at_once(limiter: Limiter) -> int:
    """How many were under way together."""
    lock, now, most = threading.Lock(), [0], [0]

    def work(*, is_write: bool) -> None:
        with limiter.turn("m", "it", is_write=is_write):
            with lock:
                now[0] += 1
                most[0] = max(most[0], now[0])
            time.sleep(0.02)
            with lock:
                now[0] -= 1

    threads = [threading.Thread(target=work, kwargs={"is_write": at % 3 == 0}) for at in range(30)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return most[0]


def test_h14_readers_leave_a_place_to_writers() -> None:
    """However many calendars are being read, what somebody waits for is written at once."""
    limiter, stop = Limiter(), threading.Event()

    def read() -> None:
        with limiter.turn("m", "it", is_write=False):
            stop.wait(10)

    threads = [threading.Thread(target=read) for _ in range(8)]
    for thread in threads:
        thread.start()
    time.sleep(0.1)
    begun = time.monotonic()
    with limiter.turn("m", "it", is_write=True):
        assert time.monotonic() - begun < 1
    stop.set()
    for thread in threads:
        thread.join()


def test_h14_a_mailbox_is_not_asked_before_its_time() -> None:
    """At the last second not yet, then again; another mailbox all the while."""
    watch = Watch()
    limiter = Limiter(clock=watch)
    assert limiter.hold("mayor", 30.0) == 30.0
    watch.now += 29.5
    with pytest.raises(TryLaterError) as told, limiter.turn("mayor", "Calendar", is_write=True):
        pass
    assert told.value.wait_s == pytest.approx(0.5)
    with limiter.turn("deputy", "Calendar", is_write=False):
        pass
    watch.now += 0.5
    with limiter.turn("mayor", "Calendar", is_write=False):
        pass


def test_h14_a_shorter_wait_does_not_undo_a_longer_one() -> None:
    """Two requests under way together may be told different things."""
    watch = Watch()
    limiter = Limiter(clock=watch)
    limiter.hold("m", 60.0)
    limiter.hold("m", 5.0)
    watch.now += 30
    with pytest.raises(TryLaterError), limiter.turn("m", "it", is_write=False):
        pass


def test_h14_without_a_word_the_wait_grows_and_is_spread() -> None:
    """Doubled each time, up to a limit, and never the same for everybody."""
    limiter = Limiter(jitter=random.Random(7))
    waits = [limiter.hold("m", None) for _ in range(12)]
    assert 1.0 <= waits[0] <= 2.0
    assert 8.0 <= waits[4] <= 32.0
    assert LONGEST_WAIT_S / 2 <= waits[-1] <= LONGEST_WAIT_S
    limiter.went_well("m")
    assert limiter.hold("m", None) <= 2.0
    assert Limiter(jitter=random.Random(8)).hold("m", None) != Limiter(jitter=random.Random(9)).hold("m", None)
