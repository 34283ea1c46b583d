"""Where Google and Microsoft answer: the usual places, a national cloud by its name, or any address over TLS."""

from __future__ import annotations

from pathlib import Path

import pytest

from config import BadConfigError, Settings, read_settings


def read(folder: Path, text: str) -> Settings:
    """The settings of a file with that text."""
    path = folder / "antechamber.toml"
    path.write_text(text, encoding="utf-8")
    return read_settings(path, {})


@pytest.mark.parametrize(
    ("table", "graph", "authority"),
    [
        ("", "https://graph.microsoft.com/v1.0", "https://login.microsoftonline.com/organizations"),
        (
            'graph_endpoint = "us-gov"\ntenant = "city.example"',
            "https://graph.microsoft.us/v1.0",
            "https://login.microsoftonline.us/city.example",
        ),
        (
            'graph_endpoint = "us-gov-dod"',
            "https://dod-graph.microsoft.us/v1.0",
            "https://login.microsoftonline.us/organizations",
        ),
        (
            'graph_endpoint = "http://127.0.0.1:9/v1.0/"\nauthority = "us-gov"',
            "http://127.0.0.1:9/v1.0",
            "https://login.microsoftonline.us/organizations",
        ),
        (
            'authority = "https://login.example.org/"',
            "https://graph.microsoft.com/v1.0",
            "https://login.example.org/organizations",
        ),
    ],
)
def test_a_cloud_goes_by_its_name_or_its_address(tmp_path: Path, table: str, graph: str, authority: str) -> None:
    """One setting is enough for a national cloud; both can be told apart for a gateway."""
    found = read(tmp_path, f"[microsoft]\n{table}\n").microsoft
    assert (found.graph_url, found.authority_url) == (graph, authority)


@pytest.mark.parametrize(
    ("key", "line"),
    [
        ("microsoft.graph_endpoint", '[microsoft]\ngraph_endpoint = "mars"'),
        ("microsoft.authority", '[microsoft]\nauthority = "http://login.example.org"'),
        ("google.token_uri", '[google]\ntoken_uri = "http://token.example.org"'),
        ("google.api_endpoint", '[google]\napi_endpoint = "ftp://127.0.0.1"'),
        ("google.client_secret_file", '[google]\nclient_id = "one"'),
    ],
)
def test_tokens_travel_nowhere_in_the_clear(tmp_path: Path, key: str, line: str) -> None:
    """Nor to a cloud that nobody knows, nor with half a client."""
    with pytest.raises(BadConfigError) as caught:
        read(tmp_path, line)
    assert [one.field for one in caught.value.problems] == [key]


def test_files_of_keys_are_counted_from_the_settings_file(tmp_path: Path) -> None:
    """And where none is named, there is none."""
    given = read(tmp_path, '[google]\nservice_account_file = "sa.json"\n')
    assert given.google.service_account_file == tmp_path / "sa.json"
    assert given.microsoft.certificate_file == Path()
    assert given.credentials_key_file == tmp_path / "data" / "credentials-key"
