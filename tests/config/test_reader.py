"""The deployment's settings: defaults, file, environment, and what is said of mistakes."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from config import BadConfigError, LogLevel, Settings, read_settings, settings_table

PASSWORD = "correct horse battery staple"


def written(folder: Path, text: str) -> Path:
    """A settings file with that text."""
    path = folder / "antechamber.toml"
    path.write_text(text, encoding="utf-8")
    return path


def mistakes(folder: Path, text: str, env: dict[str, str] | None = None) -> list[tuple[str, str]]:
    """Key and English sentence of every mistake in a file."""
    with pytest.raises(BadConfigError) as caught:
        read_settings(written(folder, text), env or {})
    return [(problem.field, str(problem)) for problem in caught.value.problems]


def test_nothing_has_to_be_set(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An empty environment and no file give a house that stands on SQLite and sends no mail."""
    monkeypatch.chdir(tmp_path)
    settings = read_settings(None, {})
    assert settings.data_dir == tmp_path / "data"
    assert settings.database_url.reveal() == f"sqlite:///{tmp_path}/data/antechamber.sqlite3"
    assert settings.smtp.host == ""
    assert settings.server.origin == "http://127.0.0.1:8080"
    assert settings.secret_key_file == tmp_path / "data" / "secret-key"


def test_paths_are_counted_from_the_file(tmp_path: Path) -> None:
    """Where the command was started from makes no difference."""
    settings = read_settings(written(tmp_path, 'data_dir = "kept"\npolicy_file = "/etc/office/policy.toml"\n'), {})
    assert settings.data_dir == tmp_path / "kept"
    assert settings.policy_file == Path("/etc/office/policy.toml")
    assert settings.places_file == tmp_path / "places.toml"


def test_paths_of_a_variable_are_counted_from_here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A variable is typed in a shell, where a path means this folder; the file may lie in another."""
    (tmp_path / "office").mkdir()
    path = written(tmp_path / "office", "")
    monkeypatch.chdir(tmp_path)
    assert read_settings(path, {"ANTECHAMBER_DATA_DIR": "office"}).data_dir == tmp_path / "office"
    assert read_settings(path, {"ANTECHAMBER_DATA_DIR": "/kept"}).data_dir == Path("/kept")


def test_the_environment_goes_before_the_file(tmp_path: Path) -> None:
    """A container is told by its environment."""
    path = written(tmp_path, 'log_level = "warning"\n[server]\nport = 9000\n[sync]\ninterval_s = 60\n')
    env = {
        "ANTECHAMBER_SERVER_PORT": "9001",
        "ANTECHAMBER_SYNC_ALLOW_PRIVATE_ADDRESSES": "yes",
        "ANTECHAMBER_SERVER_TRUSTED_PROXIES": "10.0.0.0/8, 192.168.1.4",
        "ANTECHAMBER_SOLVER_WALL_S": "1.5",
        "ANTECHAMBER_SECRET_CALDAV_MAYOR": "not a setting",
        "HOME": "/somewhere",
    }
    settings = read_settings(path, env)
    assert settings.server.port == 9001
    assert settings.sync.interval_s == 60
    assert settings.sync.allow_private_addresses is True
    assert settings.server.trusted_proxies == ("10.0.0.0/8", "192.168.1.4")
    assert settings.log_level is LogLevel.WARNING
    assert settings.solver.limits().wall_s == 1.5


def test_the_file_may_be_named_by_the_environment(tmp_path: Path) -> None:
    """A service has no command line of its own."""
    path = written(tmp_path, "demo = true\n")
    assert read_settings(None, {"ANTECHAMBER_SETTINGS": str(path)}).demo is True


def test_every_mistake_is_told_at_once_with_its_key(tmp_path: Path) -> None:
    """One start, one list: nobody mends a file line by line."""
    told = dict(
        mistakes(
            tmp_path,
            'data_dri = "x"\nlog_level = "loud"\ndemo = "yes"\n'
            "[server]\nport = 70000\n[solver]\nworkers = 0\nwall_s = true\n[smpt]\nhost = 'x'\n",
            {"ANTECHAMBER_SERVER_THREADS": "many", "ANTECHAMBER_SMTP_HOTS": "x"},
        )
    )
    assert set(told) == {
        "data_dri",
        "log_level",
        "demo",
        "server.port",
        "solver.workers",
        "solver.wall_s",
        "smpt",
        "ANTECHAMBER_SERVER_THREADS",
        "ANTECHAMBER_SMTP_HOTS",
    }
    assert "antechamber.toml: data_dri: nobody knows this key; was data_dir meant?" in told["data_dri"]
    assert "was smtp meant?" in told["smpt"]
    assert "expected a whole number from 0 to 65535" in told["server.port"]
    assert "the environment: ANTECHAMBER_SMTP_HOTS" in told["ANTECHAMBER_SMTP_HOTS"]
    assert "was ANTECHAMBER_SMTP_HOST meant?" in told["ANTECHAMBER_SMTP_HOTS"]


@pytest.mark.parametrize(
    ("text", "key", "said"),
    [
        ("[server]\norigin = 'agenda.example.org'\n", "server.origin", "https://agenda.example.org"),
        ("[server]\norigin = 'https://a.example/path'\n", "server.origin", "without a path"),
        ("[server]\norigin = 'http://[half'\n", "server.origin", "without a path"),
        ("[server]\ntrusted_proxies = ['10.0.0.0/33']\n", "server.trusted_proxies[1]", "10.0.0.0/8"),
        ("database_url = 'mysql://somewhere/db'\n", "database_url", "sqlite, postgresql"),
        ("[smtp]\nsender = 'nobody'\n", "smtp.sender", "a mail address"),
        ("[smtp]\nuser = 'office'\n", "smtp.password_file", "is missing"),
        ("[smtp]\npassword_file = 'nowhere'\n", "smtp.password_file", "nowhere cannot be read"),
        ("server = 3\n", "server", "[server]"),
        ("port = \n", "", "expected TOML"),
    ],
)
def test_a_mistake_says_what_was_expected(tmp_path: Path, text: str, key: str, said: str) -> None:
    """Key and expectation, in the sentence that is shown."""
    told = mistakes(tmp_path, text)
    assert [at for at, _ in told] == [key]
    assert said in told[0][1]


def test_a_file_that_is_missing_or_no_text_is_named(tmp_path: Path) -> None:
    """The first mistake of all is the path."""
    with pytest.raises(BadConfigError, match=r"nowhere\.toml: there is no such file"):
        read_settings(tmp_path / "nowhere.toml", {})
    path = tmp_path / "latin.toml"
    path.write_bytes(b"# ok\ndata_dir = 'caf\xe9'\n")
    with pytest.raises(BadConfigError, match="UTF-8; line 2"):
        read_settings(path, {})


def test_passwords_are_read_from_files_and_shown_nowhere(tmp_path: Path) -> None:
    """Whatever writes the settings out writes stars."""
    (tmp_path / "smtp-password").write_text(PASSWORD + "\n", encoding="utf-8")
    path = written(tmp_path, '[smtp]\nhost = "mail"\nuser = "office"\npassword_file = "smtp-password"\n')
    env = {"ANTECHAMBER_DATABASE_URL": f"postgresql+psycopg://office:{PASSWORD.replace(' ', '')}@db/agenda"}
    settings = read_settings(path, env)
    assert settings.smtp.password.reveal() == PASSWORD
    for shown in (repr(settings), str(settings.smtp.password), f"{settings.database_url}", repr(settings.smtp)):
        assert "horse" not in shown
    assert "postgresql+psycopg://office:****@db/agenda" in repr(settings)


def test_passwords_in_the_file_are_refused_and_not_quoted(tmp_path: Path) -> None:
    """A settings file is copied into tickets and repositories."""
    told = mistakes(
        tmp_path, f'database_url = "postgresql://u:{PASSWORD}@h/d"\n[smtp]\nuser = "u"\npassword = "{PASSWORD}"\n'
    )
    assert {"database_url", "smtp.password"} <= {key for key, _ in told}
    assert "ANTECHAMBER_SMTP_PASSWORD" in dict(told)["smtp.password"]
    assert not any("horse" in sentence for _, sentence in told)


def test_a_bad_secret_in_the_environment_is_not_quoted(tmp_path: Path) -> None:
    """The sentence of a mistake reaches the log."""
    with pytest.raises(BadConfigError) as caught:
        read_settings(written(tmp_path, ""), {"ANTECHAMBER_DATABASE_URL": f"oracle://u:{PASSWORD}@h/d"})
    assert "horse" not in str(caught.value)


def test_every_key_has_a_default_and_a_sentence() -> None:
    """What is not explained is not set."""
    table = settings_table()
    assert len({setting.key for setting in table}) == len(table)
    for setting in table:
        assert setting.sentence.endswith("."), setting.key
        assert setting.default, setting.key
        assert setting.variable == "ANTECHAMBER_" + setting.key.upper().replace(".", "_")


def test_every_key_is_documented() -> None:
    """docs/settings.md lists each key with its default and its sentence, word for word."""
    text = (Path(__file__).parents[2] / "docs" / "settings.md").read_text(encoding="utf-8")
    for setting in settings_table():
        assert f"| `{setting.key}` | {setting.default} | {setting.sentence} |" in text, setting.key


def test_settings_are_values() -> None:
    """Two that say the same are the same; none can be changed behind somebody's back."""
    assert Settings() == Settings()
    assert replace(Settings(), demo=True) != Settings()
    with pytest.raises(AttributeError):
        Settings().demo = True  # type: ignore[misc]  # that it cannot be set is the point
