"""The deployment's settings: one frozen value, every key with its default and a sentence.

A key stands in `antechamber.toml` (`[smtp] host`), or in the environment (ANTECHAMBER_SMTP_HOST), which goes before
the file. Secrets stand in the environment or in a file of their own (`smtp.password_file`), never in this file.
Paths that are not absolute are counted from the folder of the settings file; those of the environment from where the
command is started, as everywhere in a shell.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any

from agenda.model.planning import Limits
from config.clouds import CLOUDS
from config.secret import Secret, SecretUrl


class LogLevel(StrEnum):
    """How much is written to the log."""

    DEBUG = "DEBUG"
    INFO = "INFO"
    WARNING = "WARNING"
    ERROR = "ERROR"


def about(sentence: str, *, least: float = 0, most: float = float("inf"), default: str = "") -> dict[str, Any]:
    """What a field says of itself: its sentence, its bounds, and its default in words where it depends on another."""
    return {"sentence": sentence, "least": least, "most": most, "default": default}


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """Where the office answers."""

    host: str = field(default="127.0.0.1", metadata=about("The address the office listens on."))
    port: int = field(default=8080, metadata=about("The port it listens on; 0 takes one that is free.", most=65535))
    origin: str = field(
        default="",
        metadata=about(
            "How people's browsers reach the office, as in https://agenda.example.org.",
            default="http:// with host and port",
        ),
    )
    trusted_proxies: tuple[str, ...] = field(
        default=(),
        metadata=about("Addresses or networks of reverse proxies whose X-Forwarded-… headers are believed."),
    )
    threads: int = field(default=8, metadata=about("How many requests are answered at once.", least=1, most=256))


@dataclass(frozen=True, slots=True, kw_only=True)
class Smtp:
    """Where mail goes out."""

    host: str = field(
        default="",
        metadata=about("The mail server; empty means that mail is only shown in the outbox and never sent."),
    )
    port: int = field(default=587, metadata=about("Its port.", least=1, most=65535))
    starttls: bool = field(
        default=True, metadata=about("Whether the connection has to turn to TLS before anything is said.")
    )
    user: str = field(default="", metadata=about("The account to sign in with; empty means no sign-in."))
    password: Secret = field(
        default=Secret(""),
        metadata=about("The account's password, from the environment or from password_file only."),
    )
    sender: str = field(
        default="", metadata=about("The address mail comes from.", default="the organizer of the policy file")
    )
    timeout_s: int = field(default=20, metadata=about("Seconds to wait for the server.", least=1, most=600))


@dataclass(frozen=True, slots=True, kw_only=True)
class Sync:
    """How calendars are read."""

    interval_s: int = field(
        default=300, metadata=about("Seconds between two readings of a calendar.", least=10, most=86400)
    )
    window_back_days: int = field(
        default=30, metadata=about("How many days back occurrences are kept at hand.", most=3660)
    )
    window_ahead_days: int = field(
        default=180, metadata=about("How many days ahead occurrences are kept at hand.", least=1, most=3660)
    )
    timeout_s: int = field(default=20, metadata=about("Seconds to wait for a calendar server.", least=1, most=600))
    allow_private_addresses: bool = field(
        default=False,
        metadata=about(
            "Whether calendars may lie on this machine or inside the city's own network; "
            "without it a mistyped or malicious address cannot reach inside."
        ),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Ics:
    """How much one calendar may ask of us; what is beyond is refused with its reason."""

    max_bytes: int = field(
        default=50_000_000, metadata=about("Bytes of one calendar, after unpacking.", least=1000, most=2_000_000_000)
    )
    max_components: int = field(
        default=200_000, metadata=about("Events and other components in one calendar.", least=1, most=10_000_000)
    )
    max_occurrences: int = field(
        default=5_000, metadata=about("Occurrences of one series inside the window.", least=1, most=1_000_000)
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class SolverSettings:
    """What one search for slots may cost."""

    wall_s: float = field(default=3.0, metadata=about("Seconds of wall time.", least=0.1, most=600))
    workers: int = field(default=2, metadata=about("Threads of the solver.", least=1, most=128))
    seed: int = field(default=1, metadata=about("The seed; the same seed gives the same answer.", most=2**31 - 1))

    def limits(self) -> Limits:
        """The same as the solver is told it."""
        return Limits(wall_s=self.wall_s, workers=self.workers, seed=self.seed)


@dataclass(frozen=True, slots=True, kw_only=True)
class Google:
    """How the office is known to Google, and where Google answers."""

    client_id: str = field(
        default="", metadata=about("The id of our OAuth client; empty means that nobody can agree in the browser.")
    )
    client_secret: Secret = field(
        default=Secret(""),
        metadata=about("The client's secret, from the environment or from client_secret_file only."),
    )
    service_account_file: Path = field(
        default=Path(),
        metadata=about(
            "The key file (JSON) of a service account that acts for people by domain-wide delegation.", default="none"
        ),
    )
    api_endpoint: str = field(
        default="", metadata=about("The address of the Calendar API.", default="https://www.googleapis.com")
    )
    auth_uri: str = field(
        default="",
        metadata=about("Where people agree.", default="https://accounts.google.com/o/oauth2/v2/auth"),
    )
    token_uri: str = field(
        default="", metadata=about("Where tokens are handed out.", default="https://oauth2.googleapis.com/token")
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Microsoft:
    """How the office is known to Microsoft 365, and in which cloud that is."""

    client_id: str = field(
        default="", metadata=about("The id of our app registration; empty means that Microsoft is not connected.")
    )
    tenant: str = field(
        default="organizations",
        metadata=about("The city's tenant, by id or domain; needed for acting without a person."),
    )
    client_secret: Secret = field(
        default=Secret(""),
        metadata=about("The app's secret, from the environment or from client_secret_file only."),
    )
    certificate_file: Path = field(
        default=Path(),
        metadata=about(
            "A PEM file with the app's private key and certificate; it goes before the secret.", default="none"
        ),
    )
    graph_endpoint: str = field(
        default="global",
        metadata=about("Where Graph answers: global, us-gov, us-gov-dod, china, or an address that ends in /v1.0."),
    )
    authority: str = field(
        default="",
        metadata=about(
            "Where people and the app sign in: the name of a cloud, or an address without the tenant.",
            default="that of graph_endpoint",
        ),
    )

    @property
    def graph_url(self) -> str:
        """Where Graph answers."""
        cloud = CLOUDS.get(self.graph_endpoint)
        return cloud.graph if cloud is not None else self.graph_endpoint.rstrip("/")

    @property
    def authority_url(self) -> str:
        """Where one signs in, with the tenant."""
        name = self.authority or self.graph_endpoint
        cloud = CLOUDS.get(name) if self.authority else CLOUDS.get(name, CLOUDS["global"])
        base = cloud.authority if cloud is not None else self.authority.rstrip("/")
        return f"{base}/{self.tenant}"

    @property
    def is_usual(self) -> bool:
        """Whether both addresses are those of a known cloud, which is never inside the network."""
        return self.graph_endpoint in CLOUDS and (not self.authority or self.authority in CLOUDS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Everything the deployment has decided. Paths are absolute, addresses complete."""

    data_dir: Path = field(
        default=Path("data"),
        metadata=about(
            "Where the office keeps its data; made on the first start.",
            default="data beside the settings file; without one, ~/.local/share/antechamber",
        ),
    )
    database_url: SecretUrl = field(
        default=SecretUrl(""),
        metadata=about(
            "The database, as SQLAlchemy spells it; postgresql+psycopg://… for PostgreSQL.",
            default="SQLite in antechamber.sqlite3 of data_dir",
        ),
    )
    jobs_url: SecretUrl = field(
        default=SecretUrl(""),
        metadata=about(
            "Where background jobs queue: sqlite:///…, postgresql://… or redis://….",
            default="SQLite in jobs.sqlite3 of data_dir",
        ),
    )
    policy_file: Path = field(
        default=Path("policy.toml"),
        metadata=about(
            "The office's policy and its people.",
            default="policy.toml beside the settings file; without one, in data_dir",
        ),
    )
    places_file: Path = field(
        default=Path("places.toml"),
        metadata=about(
            "The places, rooms and drives.", default="places.toml beside the settings file; without one, in data_dir"
        ),
    )
    secret_key_file: Path = field(
        default=Path(),
        metadata=about(
            "The key that signs cookies; made on the first start, readable by the office alone.",
            default="secret-key in data_dir",
        ),
    )
    secrets_dir: Path = field(
        default=Path(),
        metadata=about(
            "The folder with a file for each calendar's password; ANTECHAMBER_SECRET_… goes before it.",
            default="secrets in data_dir",
        ),
    )
    credentials_key_file: Path = field(
        default=Path(),
        metadata=about(
            "The keys that credentials of accounts are sealed with in the database; made with the first account. "
            "Keep a copy, but not beside the backups.",
            default="credentials-key in data_dir",
        ),
    )
    log_level: LogLevel = field(default=LogLevel.INFO, metadata=about("How much is written to the log."))
    demo: bool = field(default=False, metadata=about("Whether this is the demo office with invented people."))
    server: Server = Server()
    smtp: Smtp = Smtp()
    sync: Sync = Sync()
    ics: Ics = Ics()
    solver: SolverSettings = SolverSettings()
    google: Google = Google()
    microsoft: Microsoft = Microsoft()
