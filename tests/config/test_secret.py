"""Secrets are made once, read from where they belong, and shown to nobody."""

from __future__ import annotations

import pickle
import stat
from pathlib import Path

import pytest

from agenda.model.errors import NotFoundError
from config import OpenSecretError, Secret, Secrets, SecretUrl, secret_key


def test_the_key_is_made_once_and_for_the_owner_alone(tmp_path: Path) -> None:
    """A new key on each start would sign everybody out."""
    path = tmp_path / "data" / "secret-key"
    first = secret_key(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert len(first.reveal()) == 64
    assert secret_key(path) == first
    assert secret_key(tmp_path / "other") != first


@pytest.mark.parametrize("mode", [0o640, 0o604])
def test_a_key_others_may_read_is_refused(tmp_path: Path, mode: int) -> None:
    """Whoever reads it signs in as anybody."""
    path = tmp_path / "secret-key"
    secret_key(path)
    path.chmod(mode)
    with pytest.raises(OpenSecretError, match="chmod 600"):
        secret_key(path)


def test_an_empty_key_is_refused(tmp_path: Path) -> None:
    """A disk that was full once must not leave a house without a lock."""
    path = tmp_path / "secret-key"
    path.touch(mode=0o600)
    with pytest.raises(OpenSecretError, match="empty"):
        secret_key(path)


def test_named_secrets_come_from_the_environment_or_a_file(tmp_path: Path) -> None:
    """The environment goes first."""
    (tmp_path / "caldav-mayor").write_text("from the file\r\n", encoding="utf-8")
    assert Secrets(tmp_path, {}).get("caldav-mayor").reveal() == "from the file"
    env = {"ANTECHAMBER_SECRET_CALDAV_MAYOR": "from the environment"}
    assert Secrets(tmp_path, env).get("caldav-mayor").reveal() == "from the environment"


@pytest.mark.parametrize("name", ["nobody", "../secret-key", "/etc/hostname", "", ".", "A"])
def test_a_secret_that_is_not_there_is_not_found(tmp_path: Path, name: str) -> None:
    """A calendar's settings are typed by people: no name leads out of the folder."""
    (tmp_path / "secrets").mkdir()
    (tmp_path / "secret-key").write_text("the key", encoding="utf-8")
    with pytest.raises(NotFoundError):
        Secrets(tmp_path / "secrets", {}).get(name)


def test_a_secret_is_masked_wherever_it_is_written() -> None:
    """A log, a traceback, a pickle of a job."""
    secret = Secret("swordfish")
    assert "swordfish" not in f"{secret} {secret!r} {[secret]}"
    with pytest.raises(TypeError):
        pickle.dumps(secret)
    assert repr(SecretUrl("redis://:swordfish@cache:6379/0")) == "SecretUrl('redis://:****@cache:6379/0')"
    assert "swordfish" not in repr(SecretUrl("http://[swordfish"))
