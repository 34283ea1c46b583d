"""What the office signs in with: sealed, bound to its row, and good for nothing without the key file."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from agenda.model.credentials import Credential, CredentialKind
from agenda.model.errors import LockedCredentialsError, NotFoundError
from agenda.model.ids import AccountId
from agenda.store import KeyFile, SqlCredentials, SqlStore, backup
from tests.builders import MONDAY, at
from tests.databases import opened
from tests.fakes import SetClock

NOON = at(MONDAY, "12:00")
MAYOR, DEPUTY = AccountId("google:mayor@example.org"), AccountId("google:deputy@example.org")
CANARY = "1//canary-of-a-refresh-token"


def consent(account: AccountId = MAYOR, text: str = CANARY) -> Credential:
    """A consent of an account."""
    return Credential(account=account, kind=CredentialKind.CONSENT, text=text)


def vault_of(store: SqlStore, folder: Path) -> SqlCredentials:
    """The credentials of a store, with a key file in that folder."""
    return SqlCredentials(store, KeyFile(folder / "credentials-key"), SetClock(NOON))


@pytest.fixture
def vault(store: SqlStore, tmp_path: Path) -> SqlCredentials:
    """On both databases."""
    return vault_of(store, tmp_path)


def test_what_was_kept_comes_back(vault: SqlCredentials) -> None:
    """The newest one of each kind, and None for what is not there."""
    vault.save(consent(text="older"))
    vault.save(consent())
    assert vault.get(MAYOR, CredentialKind.CONSENT) == consent()
    assert vault.get(MAYOR, CredentialKind.PASSWORD) is None
    assert [one.account for one in vault.notes()] == [MAYOR]
    vault.forget(MAYOR)
    assert vault.get(MAYOR, CredentialKind.CONSENT) is None
    with pytest.raises(NotFoundError):
        vault.forget(MAYOR)


def test_the_key_file_is_for_the_office_alone(vault: SqlCredentials) -> None:
    """It is made with the first credential; when others may read it, nothing is opened."""
    vault.save(consent())
    path = vault.keys.path
    assert path.stat().st_mode & 0o777 == 0o600
    path.chmod(0o640)
    with pytest.raises(LockedCredentialsError, match="chmod 600"):
        vault.get(MAYOR, CredentialKind.CONSENT)


def test_rotating_seals_everything_with_a_new_key(vault: SqlCredentials) -> None:
    """The old key opens nothing any more, and is not in the file."""
    vault.save(consent())
    vault.save(consent(DEPUTY, "another"))
    old_file = vault.keys.path.read_bytes()
    old = {one.key_id for one in vault.notes()}
    assert vault.rotate() == 2
    assert {one.key_id for one in vault.notes()}.isdisjoint(old)
    assert old.isdisjoint(vault.keys.read().by_id)
    assert vault.get(MAYOR, CredentialKind.CONSENT) == consent()
    vault.keys.path.write_bytes(old_file)
    with pytest.raises(LockedCredentialsError, match="does not hold"):
        vault.get(MAYOR, CredentialKind.CONSENT)


def test_a_broken_off_rotation_is_done_again(vault: SqlCredentials, monkeypatch: pytest.MonkeyPatch) -> None:
    """Wherever it breaks off, every credential still opens."""
    vault.save(consent())

    def fail(*_: object) -> None:
        raise KeyboardInterrupt

    for name in ("add", "drop_all_but_newest"):
        with monkeypatch.context() as patch:
            patch.setattr(KeyFile, name, fail)
            with pytest.raises(KeyboardInterrupt):
                vault.rotate()
        assert vault.get(MAYOR, CredentialKind.CONSENT) == consent()
    assert vault.rotate() == 1
    assert len(vault.keys.read().by_id) == 1
    assert vault.get(MAYOR, CredentialKind.CONSENT) == consent()


@pytest.mark.parametrize("column", ["ciphertext", "account"])
def test_exchanged_rows_do_not_open(file_url: str, tmp_path: Path, column: str) -> None:
    """Who can write the database cannot make one account sign in as another."""
    with opened(file_url) as store:
        vault = vault_of(store, tmp_path)
        vault.save(consent())
        vault.save(consent(DEPUTY, "another"))
        vault.check()
        with closing(sqlite3.connect(file_url.removeprefix("sqlite:///"))) as database, database:
            first, second = database.execute("SELECT ciphertext FROM credentials ORDER BY account").fetchall()
            if column == "ciphertext":
                update = "UPDATE credentials SET ciphertext = ? WHERE account = ?"
                database.execute(update, (first[0], MAYOR))
                database.execute(update, (second[0], DEPUTY))
            else:
                database.execute("UPDATE credentials SET account = 'x' WHERE account = ?", (MAYOR,))
                database.execute("UPDATE credentials SET account = ? WHERE account = ?", (MAYOR, DEPUTY))
        with pytest.raises(LockedCredentialsError, match="was changed in the database"):
            vault.get(MAYOR, CredentialKind.CONSENT)


@pytest.mark.parametrize("length", [0, 5, 12, 20])
def test_a_ciphertext_cut_short_is_told_in_a_sentence(file_url: str, tmp_path: Path, length: int) -> None:
    """However little is left of it."""
    with opened(file_url) as store:
        vault = vault_of(store, tmp_path)
        vault.save(consent())
        with closing(sqlite3.connect(file_url.removeprefix("sqlite:///"))) as database, database:
            database.execute("UPDATE credentials SET ciphertext = substr(ciphertext, 1, ?)", (length,))
        with pytest.raises(LockedCredentialsError):
            vault.check()


def test_without_its_key_a_store_makes_no_other(vault: SqlCredentials) -> None:
    """A second key would hide that the first is missing; a person has to put it back."""
    vault.save(consent())
    vault.keys.path.unlink()
    for act in (vault.check, lambda: vault.save(consent(DEPUTY))):
        with pytest.raises(LockedCredentialsError, match="is missing"):
            act()
    assert not vault.keys.exists()
    vault.forget(MAYOR)
    vault.save(consent(DEPUTY))
    assert vault.get(DEPUTY, CredentialKind.CONSENT) == consent(DEPUTY)


def test_another_offices_key_file_opens_nothing(vault: SqlCredentials) -> None:
    """Neither one with other keys, nor one with other bytes under the same name, nor rubbish."""
    vault.save(consent())
    good = vault.keys.path.read_text()
    name = good.partition(":")[0]
    foreign = f"{name}:{'A' * 43}=\n"
    for text, told in ((foreign, "another key"), (foreign.replace(name, "00ff"), "does not hold"), ("\xff", "no keys")):
        vault.keys.path.write_text(text)
        with pytest.raises(LockedCredentialsError, match=told):
            vault.get(MAYOR, CredentialKind.CONSENT)
    vault.keys.path.write_text(good)
    assert vault.get(MAYOR, CredentialKind.CONSENT) == consent()


def test_no_file_of_the_store_shows_a_credential(file_url: str, tmp_path: Path) -> None:
    """Not the database, not its WAL, not the backup; the control shows that the search finds what is in the clear."""
    control = "canary-in-the-clear"
    path = Path(file_url.removeprefix("sqlite:///"))
    with opened(file_url) as store:
        vault = vault_of(store, tmp_path)
        vault.save(consent())
        with store.writing() as unit:
            unit.facts.set("control", control)
            unit.commit()
        copy = tmp_path / "copy.zip"
        backup.create(file_url, copy, NOON)
        backup_copy = tmp_path / "put-back.sqlite3"
        backup.restore(f"sqlite:///{backup_copy}", copy, NOON)
        files = [one for one in tmp_path.iterdir() if one.is_file() and one.name.startswith((path.name, "put-back"))]
        contents = b"".join(one.read_bytes() for one in files)
        assert any(one.name.endswith("-wal") for one in files)
        assert control.encode() in contents
        assert CANARY.encode() not in contents
        key = vault.keys.path.read_text().partition(":")[2].strip()
        assert key.encode() not in contents
    assert CANARY not in repr(consent())
