"""The tables. A migration makes them; this is what the house takes them to be, and a test holds the two together.

`no` is the house's own number for a row and never leaves the store; `id` is the name everybody else knows. JSON texts
are written and read by `agenda.store.codec` alone. Constraints are named by convention.
"""

from __future__ import annotations

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    Date,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import ExcludeConstraint

from agenda.model.alerts import AlertKind
from agenda.model.calendars import Provider, Severity, SyncState
from agenda.model.credentials import CredentialKind
from agenda.model.events import Classification, Status, Transparency
from agenda.model.meetings import Errand, MeetingState, OutboxState
from agenda.model.proposals import ProposalState
from agenda.model.requests import RequestState
from agenda.model.users import Duty
from agenda.store.columns import ROW_NUMBER, Choice, Instant, Words

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)

facts = Table(
    "facts",
    metadata,
    Column("name", Text, primary_key=True),
    Column("value", Text, nullable=False),
)

leases = Table(
    "leases",
    metadata,
    Column("name", Text, primary_key=True),
    Column("owner", Text, nullable=False),
    Column("until", Instant, nullable=False),
)

requests = Table(
    "requests",
    metadata,
    Column("no", ROW_NUMBER, primary_key=True),
    Column("id", Text, nullable=False, unique=True),
    Column("title", Words, nullable=False),
    Column("duration_s", Integer, nullable=False),
    Column("attendance", Text, nullable=False),
    Column("windows", Text, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("purpose", Words, nullable=False),
    Column("requester", Words, nullable=False),
    Column("contact", Words, nullable=False),
    Column("place", Text),
    Column("is_virtual", Boolean, nullable=False),
    Column("needs_room", Boolean, nullable=False),
    Column("seats", Integer, nullable=False),
    Column("priority", Integer, nullable=False),
    Column("is_private", Boolean, nullable=False),
    Column("state", Choice(RequestState), nullable=False),
    CheckConstraint("duration_s > 0", name="has_length"),
    Index(None, "state", "priority"),
)

proposals = Table(
    "proposals",
    metadata,
    Column("no", ROW_NUMBER, primary_key=True),
    Column("id", Text, nullable=False, unique=True),
    Column("request", Text, ForeignKey("requests.id"), nullable=False),
    Column("made_at", Instant, nullable=False),
    Column("answer", Text, nullable=False),
    Column("state", Choice(ProposalState), nullable=False),
    Column("chosen", Integer),
    Column("meeting", Text),
    Column("decided_by", Words, nullable=False),
    Column("decided_at", Instant),
    CheckConstraint("state <> 'confirmed' OR (chosen IS NOT NULL AND meeting IS NOT NULL)", name="confirmed_is_chosen"),
    Index(None, "request", "made_at"),
)

meetings = Table(
    "meetings",
    metadata,
    Column("no", ROW_NUMBER, primary_key=True),
    Column("id", Text, nullable=False, unique=True),
    Column("request", Text, ForeignKey("requests.id")),
    Column("title", Words, nullable=False),
    Column("starts_at", Instant, nullable=False),
    Column("ends_at", Instant, nullable=False),
    Column("attending", Text, nullable=False),
    Column("firm", Text, nullable=False),
    Column("place", Text),
    Column("room", Text),
    Column("venue_name", Words, nullable=False),
    Column("is_virtual", Boolean, nullable=False),
    Column("is_private", Boolean, nullable=False),
    Column("description", Words, nullable=False),
    Column("sequence", Integer, nullable=False),
    Column("state", Choice(MeetingState), nullable=False),
    Column("confirmed_by", Words, nullable=False),
    Column("confirmed_at", Instant, nullable=False),
    CheckConstraint("starts_at < ends_at", name="has_length"),
    CheckConstraint("sequence >= 0", name="sequence_counts_up"),
    CheckConstraint("state IN ('confirmed', 'cancelled')", name="known_state"),
    Index(None, "starts_at"),
    Index(None, "request"),
)

subjects = Table(
    "subjects",
    metadata,
    Column("no", Integer, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("id", Text, nullable=False),
    UniqueConstraint("kind", "id"),
    CheckConstraint("kind IN ('person', 'room')", name="known_kind"),
)

# Whose time a meeting takes. Two firm rows of one subject never overlap: on PostgreSQL by the exclusion below, on
# SQLite by two triggers that the migration makes. int4range instead of `=` spares the btree_gist extension.
bookings = Table(
    "bookings",
    metadata,
    Column("no", ROW_NUMBER, primary_key=True),
    Column("meeting_no", ROW_NUMBER, ForeignKey("meetings.no", ondelete="CASCADE"), nullable=False, index=True),
    Column("subject_no", Integer, ForeignKey("subjects.no"), nullable=False),
    Column("starts_at", Instant, nullable=False),
    Column("ends_at", Instant, nullable=False),
    Column("firm", Boolean, nullable=False),
    CheckConstraint("starts_at < ends_at", name="has_length"),
    Index(None, "subject_no", "starts_at"),
    ExcludeConstraint(
        (text("int4range(subject_no, subject_no, '[]')"), "&&"),
        (text("tstzrange(starts_at, ends_at)"), "&&"),
        where=text("firm"),
        using="gist",
        name="ex_bookings_no_overlap",
    ).ddl_if(dialect="postgresql"),
)

calendars = Table(
    "calendars",
    metadata,
    Column("no", ROW_NUMBER, primary_key=True),
    Column("id", Text, nullable=False, unique=True),
    Column("name", Words, nullable=False),
    Column("owner", Text, nullable=False, index=True),
    Column("provider", Choice(Provider), nullable=False),
    Column("address", Words, nullable=False),
    Column("login", Words, nullable=False),
    Column("secret", Words, nullable=False),
    Column("zone", Text, nullable=False),
    Column("counts_as_busy", Boolean, nullable=False),
    Column("writable", Boolean, nullable=False),
)

freshness = Table(
    "freshness",
    metadata,
    Column("calendar_no", ROW_NUMBER, ForeignKey("calendars.no", ondelete="CASCADE"), primary_key=True),
    Column("state", Choice(SyncState), nullable=False),
    Column("read_at", Instant),
    Column("tried_at", Instant),
    Column("window_start", Instant),
    Column("window_end", Instant),
    Column("failure", Words, nullable=False),
    Column("failures_in_a_row", Integer, nullable=False),
    Column("events", Integer, nullable=False),
    Column("warnings", Integer, nullable=False),
    Column("errors", Integer, nullable=False),
    CheckConstraint("(window_start IS NULL) = (window_end IS NULL)", name="window_has_two_ends"),
)

cursors = Table(
    "cursors",
    metadata,
    Column("calendar_no", ROW_NUMBER, ForeignKey("calendars.no", ondelete="CASCADE"), primary_key=True),
    Column("token", Words, nullable=False),
    Column("stamp", Words, nullable=False),
)

problems = Table(
    "problems",
    metadata,
    Column("no", ROW_NUMBER, primary_key=True),
    Column("calendar_no", ROW_NUMBER, ForeignKey("calendars.no", ondelete="CASCADE"), nullable=False, index=True),
    Column("severity", Choice(Severity), nullable=False),
    Column("sentence", Text, nullable=False),
    Column("uid", Words, nullable=False),
    Column("line", Integer, nullable=False),
    Column("starts_at", Instant),
    Column("ends_at", Instant),
)

objects = Table(
    "objects",
    metadata,
    Column("no", ROW_NUMBER, primary_key=True),
    Column("calendar_no", ROW_NUMBER, ForeignKey("calendars.no", ondelete="CASCADE"), nullable=False),
    Column("href", Words, nullable=False),
    Column("uid", Words, nullable=False),
    Column("etag", Words, nullable=False),
    Column("digest", Words, nullable=False),
    Column("ics", LargeBinary, nullable=False),
    UniqueConstraint("calendar_no", "href"),
)

# What the occurrences of one VEVENT have in common, kept once however often it recurs.
components = Table(
    "components",
    metadata,
    Column("no", ROW_NUMBER, primary_key=True),
    Column("object_no", ROW_NUMBER, ForeignKey("objects.no", ondelete="CASCADE"), nullable=False, index=True),
    Column("uid", Words, nullable=False),
    Column("summary", Words, nullable=False),
    Column("location", Words, nullable=False),
    Column("description", Words, nullable=False),
    Column("url", Words, nullable=False),
    Column("lat", Float(53)),
    Column("lon", Float(53)),
    Column("zone", Text, nullable=False),
    Column("transparency", Choice(Transparency), nullable=False),
    Column("status", Choice(Status), nullable=False),
    Column("classification", Choice(Classification), nullable=False),
    Column("organizer", Words, nullable=False),
    Column("attendees", Text),
    Column("sequence", Integer, nullable=False),
    Column("is_recurring", Boolean, nullable=False),
)

# `calendar_no` repeats what the component's object says, so that one index finds a week. `is_long` (more than a day)
# lets the others be found by their start alone: one that overlaps began at most a day before.
occurrences = Table(
    "occurrences",
    metadata,
    Column("no", ROW_NUMBER, primary_key=True),
    Column("component_no", ROW_NUMBER, ForeignKey("components.no", ondelete="CASCADE"), nullable=False, index=True),
    Column("calendar_no", ROW_NUMBER, nullable=False),
    Column("is_long", Boolean, nullable=False),
    Column("starts_at", Instant, nullable=False),
    Column("ends_at", Instant, nullable=False),
    Column("recurrence_id", Text, nullable=False),
    Column("first_day", Date),
    Column("last_day", Date),
    CheckConstraint("starts_at <= ends_at", name="in_order"),
    Index(None, "calendar_no", "is_long", "starts_at"),
)

alerts = Table(
    "alerts",
    metadata,
    Column("no", ROW_NUMBER, primary_key=True),
    Column("id", Text, nullable=False, unique=True),
    Column("kind", Choice(AlertKind), nullable=False),
    Column("cause", Words, nullable=False),
    Column("sentence", Text, nullable=False),
    Column("raised_at", Instant, nullable=False, index=True),
    Column("person", Text),
    Column("calendar", Text),
    Column("first_uid", Words),
    Column("first_recurrence_id", Text),
    Column("second_uid", Words),
    Column("second_recurrence_id", Text),
    Column("starts_at", Instant),
    Column("ends_at", Instant),
    Column("missing_min", Integer, nullable=False),
    Column("settled_at", Instant),
)
Index(
    "uq_alerts_open_cause",
    alerts.c.cause,
    unique=True,
    sqlite_where=alerts.c.settled_at.is_(None),
    postgresql_where=alerts.c.settled_at.is_(None),
)

outbox = Table(
    "outbox",
    metadata,
    Column("no", ROW_NUMBER, primary_key=True),
    Column("id", Text, nullable=False, unique=True),
    Column("meeting", Text, ForeignKey("meetings.id"), nullable=False),
    Column("errand", Choice(Errand), nullable=False),
    Column("calendar", Text),
    Column("address", Words, nullable=False),
    Column("sequence", Integer, nullable=False),
    Column("invitation", Text, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("not_before", Instant, nullable=False),
    Column("state", Choice(OutboxState), nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("failure", Text),
    Column("sent_at", Instant),
    CheckConstraint("state IN ('waiting', 'sending', 'in-doubt', 'sent', 'failed', 'held')", name="known_state"),
    CheckConstraint("attempts >= 0", name="attempts_count_up"),
    Index(None, "state", "not_before"),
    Index(None, "meeting", "sequence"),
)

users = Table(
    "users",
    metadata,
    Column("no", ROW_NUMBER, primary_key=True),
    Column("id", Text, nullable=False, unique=True),
    Column("name", Words, nullable=False),
    Column("login", Words, nullable=False),
    Column("login_key", Words, nullable=False, unique=True),
    Column("duty", Choice(Duty), nullable=False),
    Column("password", Text, nullable=False),
    Column("person", Text),
    Column("language", Text, nullable=False),
    Column("is_disabled", Boolean, nullable=False),
    Column("created_at", Instant, nullable=False),
)

sessions = Table(
    "sessions",
    metadata,
    Column("digest", Text, primary_key=True),
    Column("user", Text, ForeignKey("users.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("device", Words, nullable=False),
    Column("opened_at", Instant, nullable=False),
    Column("used_at", Instant, nullable=False),
)

tokens = Table(
    "tokens",
    metadata,
    Column("digest", Text, primary_key=True),
    Column("user", Text, ForeignKey("users.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("name", Words, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("revoked_at", Instant),
)

failed_sign_ins = Table(
    "failed_sign_ins",
    metadata,
    Column("no", ROW_NUMBER, primary_key=True),
    Column("key", Words, nullable=False),
    Column("at", Instant, nullable=False, index=True),
    Index(None, "key", "at"),
)

# `ciphertext` opens only with a key that lies outside of the database, and only in its own row.
credentials = Table(
    "credentials",
    metadata,
    Column("account", Text, primary_key=True),
    Column("kind", Choice(CredentialKind), primary_key=True),
    Column("key_id", Text, nullable=False),
    Column("ciphertext", LargeBinary, nullable=False),
    Column("changed_at", Instant, nullable=False),
)
