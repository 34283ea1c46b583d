"""Passwords of local accounts."""

from __future__ import annotations

import statistics
import threading
import time

from argon2 import PasswordHasher

from web.passwords import LONGEST, Argon2Passwords


def test_a_password_matches_its_own_hash_alone() -> None:
    """Neither another password nor another spelling opens the door."""
    passwords = Argon2Passwords()
    hashed = passwords.hash("eleven quiet lanterns")
    assert hashed.startswith("$argon2id$")
    assert passwords.matches(hashed, "eleven quiet lanterns")
    assert not passwords.matches(hashed, "Eleven quiet lanterns")
    assert not passwords.matches(hashed, "")


def test_two_hashes_of_one_password_differ() -> None:
    """Who reads the table must not learn that two people chose the same."""
    passwords = Argon2Passwords()
    assert passwords.hash("eleven quiet lanterns") != passwords.hash("eleven quiet lanterns")


def test_what_is_no_hash_matches_nothing() -> None:
    """A row that was damaged shuts its account instead of opening it."""
    passwords = Argon2Passwords()
    for hashed in ("", "x", "$argon2id$", "$argon2id$v=19$m=8,t=1,p=1$AAAA$BBBB"):
        assert not passwords.matches(hashed, "")
        assert not passwords.matches(hashed, "eleven quiet lanterns")


def test_a_password_beyond_all_measure_never_matches() -> None:
    """Its end would not have been looked at."""
    passwords = Argon2Passwords(PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
    assert passwords.matches(passwords.hash("a" * LONGEST), "a" * LONGEST)
    assert not passwords.matches(passwords.hash("a" * LONGEST), "a" * (LONGEST + 1))


def test_an_unknown_account_takes_as_long_as_a_wrong_password() -> None:
    """The time of an answer must not tell which logins there are."""
    passwords = Argon2Passwords()
    hashed = passwords.hash("eleven quiet lanterns")
    passwords.matches("", "warm up")

    def took(hashed: str) -> float:
        began = time.perf_counter()
        passwords.matches(hashed, "not the password")
        return time.perf_counter() - began

    wrong = statistics.median(took(hashed) for _ in range(5))
    unknown = statistics.median(took("") for _ in range(5))
    assert 0.5 < unknown / wrong < 2


def test_no_more_than_two_are_made_at_a_time() -> None:
    """Each takes 64 MiB; a storm of sign-ins must not take the machine."""

    class Counting(PasswordHasher):
        now = most = 0
        lock = threading.Lock()

        def hash(self, password: str | bytes, *, salt: bytes | None = None) -> str:
            with self.lock:
                type(self).now += 1
                type(self).most = max(self.most, self.now)
            time.sleep(0.01)
            with self.lock:
                type(self).now -= 1
            return "hashed"

    passwords = Argon2Passwords(Counting())
    threads = [threading.Thread(target=passwords.hash, args=("x",)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert Counting.most == 2
