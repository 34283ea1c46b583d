"""What the office decides: requests, proposals, meetings with the time they take, the outbox, alerts."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001_decisions"
down_revision = None
branch_labels = None
depends_on = None

ROW_NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
INSTANT = sa.DateTime(timezone=True).with_variant(sa.BigInteger(), "sqlite")

# SQLite's twin of PostgreSQL's exclusion constraint; it says the same name when it refuses.
TRIGGER = """
CREATE TRIGGER ex_bookings_no_overlap_{event} BEFORE {event} ON bookings WHEN NEW.firm
BEGIN
    SELECT RAISE(ABORT, 'ex_bookings_no_overlap') WHERE EXISTS (
        SELECT 1 FROM bookings AS other
        WHERE other.subject_no = NEW.subject_no AND other.firm
            AND other.starts_at < NEW.ends_at AND NEW.starts_at < other.ends_at {others}
    );
END
"""
TRIGGERS = {"insert": "", "update": "AND other.no <> NEW.no"}


def upgrade() -> None:
    op.create_table(
        "facts",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_facts")),
    )
    op.create_table(
        "leases",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("owner", sa.Text(), nullable=False),
        sa.Column("until", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_leases")),
    )
    op.create_table(
        "requests",
        sa.Column("no", ROW_NUMBER, nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("duration_s", sa.Integer(), nullable=False),
        sa.Column("attendance", sa.Text(), nullable=False),
        sa.Column("windows", sa.Text(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("requester", sa.Text(), nullable=False),
        sa.Column("contact", sa.Text(), nullable=False),
        sa.Column("place", sa.Text(), nullable=True),
        sa.Column("is_virtual", sa.Boolean(), nullable=False),
        sa.Column("needs_room", sa.Boolean(), nullable=False),
        sa.Column("seats", sa.Integer(), nullable=False),
        sa.Column("priority", sa.Integer(), nullable=False),
        sa.Column("is_private", sa.Boolean(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.CheckConstraint("duration_s > 0", name=op.f("ck_requests_has_length")),
        sa.PrimaryKeyConstraint("no", name=op.f("pk_requests")),
        sa.UniqueConstraint("id", name=op.f("uq_requests_id")),
    )
    op.create_index(op.f("ix_requests_state_priority"), "requests", ["state", "priority"], unique=False)
    op.create_table(
        "proposals",
        sa.Column("no", ROW_NUMBER, nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("request", sa.Text(), nullable=False),
        sa.Column("made_at", INSTANT, nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("chosen", sa.Integer(), nullable=True),
        sa.Column("meeting", sa.Text(), nullable=True),
        sa.Column("decided_by", sa.Text(), nullable=False),
        sa.Column("decided_at", INSTANT, nullable=True),
        sa.CheckConstraint(
            "state <> 'confirmed' OR (chosen IS NOT NULL AND meeting IS NOT NULL)",
            name=op.f("ck_proposals_confirmed_is_chosen"),
        ),
        sa.ForeignKeyConstraint(["request"], ["requests.id"], name=op.f("fk_proposals_request_requests")),
        sa.PrimaryKeyConstraint("no", name=op.f("pk_proposals")),
        sa.UniqueConstraint("id", name=op.f("uq_proposals_id")),
    )
    op.create_index(op.f("ix_proposals_request_made_at"), "proposals", ["request", "made_at"], unique=False)
    op.create_table(
        "meetings",
        sa.Column("no", ROW_NUMBER, nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("request", sa.Text(), nullable=True),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("starts_at", INSTANT, nullable=False),
        sa.Column("ends_at", INSTANT, nullable=False),
        sa.Column("attending", sa.Text(), nullable=False),
        sa.Column("firm", sa.Text(), nullable=False),
        sa.Column("place", sa.Text(), nullable=True),
        sa.Column("room", sa.Text(), nullable=True),
        sa.Column("venue_name", sa.Text(), nullable=False),
        sa.Column("is_virtual", sa.Boolean(), nullable=False),
        sa.Column("is_private", sa.Boolean(), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("confirmed_by", sa.Text(), nullable=False),
        sa.Column("confirmed_at", INSTANT, nullable=False),
        sa.CheckConstraint("state IN ('confirmed', 'cancelled')", name=op.f("ck_meetings_known_state")),
        sa.CheckConstraint("sequence >= 0", name=op.f("ck_meetings_sequence_counts_up")),
        sa.CheckConstraint("starts_at < ends_at", name=op.f("ck_meetings_has_length")),
        sa.ForeignKeyConstraint(["request"], ["requests.id"], name=op.f("fk_meetings_request_requests")),
        sa.PrimaryKeyConstraint("no", name=op.f("pk_meetings")),
        sa.UniqueConstraint("id", name=op.f("uq_meetings_id")),
    )
    op.create_index(op.f("ix_meetings_request"), "meetings", ["request"], unique=False)
    op.create_index(op.f("ix_meetings_starts_at"), "meetings", ["starts_at"], unique=False)
    op.create_table(
        "subjects",
        sa.Column("no", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.CheckConstraint("kind IN ('person', 'room')", name=op.f("ck_subjects_known_kind")),
        sa.PrimaryKeyConstraint("no", name=op.f("pk_subjects")),
        sa.UniqueConstraint("kind", "id", name=op.f("uq_subjects_kind_id")),
    )
    op.create_table(
        "bookings",
        sa.Column("no", ROW_NUMBER, nullable=False),
        sa.Column("meeting_no", ROW_NUMBER, nullable=False),
        sa.Column("subject_no", sa.Integer(), nullable=False),
        sa.Column("starts_at", INSTANT, nullable=False),
        sa.Column("ends_at", INSTANT, nullable=False),
        sa.Column("firm", sa.Boolean(), nullable=False),
        postgresql.ExcludeConstraint(
            (sa.text("int4range(subject_no, subject_no, '[]')"), "&&"),
            (sa.text("tstzrange(starts_at, ends_at)"), "&&"),
            where=sa.text("firm"),
            using="gist",
            name="ex_bookings_no_overlap",
        ).ddl_if(dialect="postgresql"),
        sa.CheckConstraint("starts_at < ends_at", name=op.f("ck_bookings_has_length")),
        sa.ForeignKeyConstraint(
            ["meeting_no"], ["meetings.no"], name=op.f("fk_bookings_meeting_no_meetings"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["subject_no"], ["subjects.no"], name=op.f("fk_bookings_subject_no_subjects")),
        sa.PrimaryKeyConstraint("no", name=op.f("pk_bookings")),
    )
    op.create_index(op.f("ix_bookings_meeting_no"), "bookings", ["meeting_no"], unique=False)
    op.create_index(op.f("ix_bookings_subject_no_starts_at"), "bookings", ["subject_no", "starts_at"], unique=False)
    op.create_table(
        "outbox",
        sa.Column("no", ROW_NUMBER, nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("meeting", sa.Text(), nullable=False),
        sa.Column("errand", sa.Text(), nullable=False),
        sa.Column("calendar", sa.Text(), nullable=True),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("invitation", sa.Text(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("not_before", INSTANT, nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("failure", sa.Text(), nullable=True),
        sa.Column("sent_at", INSTANT, nullable=True),
        sa.CheckConstraint(
            "state IN ('waiting', 'sending', 'in-doubt', 'sent', 'failed', 'held')", name=op.f("ck_outbox_known_state")
        ),
        sa.CheckConstraint("attempts >= 0", name=op.f("ck_outbox_attempts_count_up")),
        sa.ForeignKeyConstraint(["meeting"], ["meetings.id"], name=op.f("fk_outbox_meeting_meetings")),
        sa.PrimaryKeyConstraint("no", name=op.f("pk_outbox")),
        sa.UniqueConstraint("id", name=op.f("uq_outbox_id")),
    )
    op.create_index(op.f("ix_outbox_meeting_sequence"), "outbox", ["meeting", "sequence"], unique=False)
    op.create_index(op.f("ix_outbox_state_not_before"), "outbox", ["state", "not_before"], unique=False)
    op.create_table(
        "alerts",
        sa.Column("no", ROW_NUMBER, nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("cause", sa.Text(), nullable=False),
        sa.Column("sentence", sa.Text(), nullable=False),
        sa.Column("raised_at", INSTANT, nullable=False),
        sa.Column("person", sa.Text(), nullable=True),
        sa.Column("calendar", sa.Text(), nullable=True),
        sa.Column("first_uid", sa.Text(), nullable=True),
        sa.Column("first_recurrence_id", sa.Text(), nullable=True),
        sa.Column("second_uid", sa.Text(), nullable=True),
        sa.Column("second_recurrence_id", sa.Text(), nullable=True),
        sa.Column("starts_at", INSTANT, nullable=True),
        sa.Column("ends_at", INSTANT, nullable=True),
        sa.Column("missing_min", sa.Integer(), nullable=False),
        sa.Column("settled_at", INSTANT, nullable=True),
        sa.PrimaryKeyConstraint("no", name=op.f("pk_alerts")),
        sa.UniqueConstraint("id", name=op.f("uq_alerts_id")),
    )
    op.create_index(op.f("ix_alerts_raised_at"), "alerts", ["raised_at"], unique=False)
    op.create_index(
        "uq_alerts_open_cause",
        "alerts",
        ["cause"],
        unique=True,
        sqlite_where=sa.text("settled_at IS NULL"),
        postgresql_where=sa.text("settled_at IS NULL"),
    )
    if op.get_bind().dialect.name == "sqlite":
        for event, others in TRIGGERS.items():
            op.execute(TRIGGER.format(event=event, others=others))


def downgrade() -> None:
    for table in ("alerts", "outbox", "bookings", "subjects", "meetings", "proposals", "requests", "leases", "facts"):
        op.drop_table(table)
