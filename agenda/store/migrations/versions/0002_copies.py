"""Our copies of other houses' calendars."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002_copies"
down_revision = "0001_decisions"
branch_labels = None
depends_on = None

ROW_NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
INSTANT = sa.DateTime(timezone=True).with_variant(sa.BigInteger(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "calendars",
        sa.Column("no", ROW_NUMBER, nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("owner", sa.Text(), nullable=False),
        sa.Column("provider", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("login", sa.Text(), nullable=False),
        sa.Column("secret", sa.Text(), nullable=False),
        sa.Column("zone", sa.Text(), nullable=False),
        sa.Column("counts_as_busy", sa.Boolean(), nullable=False),
        sa.Column("writable", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("no", name=op.f("pk_calendars")),
        sa.UniqueConstraint("id", name=op.f("uq_calendars_id")),
    )
    op.create_index(op.f("ix_calendars_owner"), "calendars", ["owner"], unique=False)
    op.create_table(
        "freshness",
        sa.Column("calendar_no", ROW_NUMBER, nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("read_at", INSTANT, nullable=True),
        sa.Column("tried_at", INSTANT, nullable=True),
        sa.Column("window_start", INSTANT, nullable=True),
        sa.Column("window_end", INSTANT, nullable=True),
        sa.Column("failure", sa.Text(), nullable=False),
        sa.Column("failures_in_a_row", sa.Integer(), nullable=False),
        sa.Column("events", sa.Integer(), nullable=False),
        sa.Column("warnings", sa.Integer(), nullable=False),
        sa.Column("errors", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "(window_start IS NULL) = (window_end IS NULL)", name=op.f("ck_freshness_window_has_two_ends")
        ),
        sa.ForeignKeyConstraint(
            ["calendar_no"], ["calendars.no"], name=op.f("fk_freshness_calendar_no_calendars"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("calendar_no", name=op.f("pk_freshness")),
    )
    op.create_table(
        "cursors",
        sa.Column("calendar_no", ROW_NUMBER, nullable=False),
        sa.Column("token", sa.Text(), nullable=False),
        sa.Column("stamp", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["calendar_no"], ["calendars.no"], name=op.f("fk_cursors_calendar_no_calendars"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("calendar_no", name=op.f("pk_cursors")),
    )
    op.create_table(
        "problems",
        sa.Column("no", ROW_NUMBER, nullable=False),
        sa.Column("calendar_no", ROW_NUMBER, nullable=False),
        sa.Column("severity", sa.Text(), nullable=False),
        sa.Column("sentence", sa.Text(), nullable=False),
        sa.Column("uid", sa.Text(), nullable=False),
        sa.Column("line", sa.Integer(), nullable=False),
        sa.Column("starts_at", INSTANT, nullable=True),
        sa.Column("ends_at", INSTANT, nullable=True),
        sa.ForeignKeyConstraint(
            ["calendar_no"], ["calendars.no"], name=op.f("fk_problems_calendar_no_calendars"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("no", name=op.f("pk_problems")),
    )
    op.create_index(op.f("ix_problems_calendar_no"), "problems", ["calendar_no"], unique=False)
    op.create_table(
        "objects",
        sa.Column("no", ROW_NUMBER, nullable=False),
        sa.Column("calendar_no", ROW_NUMBER, nullable=False),
        sa.Column("href", sa.Text(), nullable=False),
        sa.Column("uid", sa.Text(), nullable=False),
        sa.Column("etag", sa.Text(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("ics", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["calendar_no"], ["calendars.no"], name=op.f("fk_objects_calendar_no_calendars"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("no", name=op.f("pk_objects")),
        sa.UniqueConstraint("calendar_no", "href", name=op.f("uq_objects_calendar_no_href")),
    )
    op.create_table(
        "components",
        sa.Column("no", ROW_NUMBER, nullable=False),
        sa.Column("object_no", ROW_NUMBER, nullable=False),
        sa.Column("uid", sa.Text(), nullable=False),
        sa.Column("summary", sa.Text(), nullable=False),
        sa.Column("location", sa.Text(), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("lat", sa.Float(precision=53), nullable=True),
        sa.Column("lon", sa.Float(precision=53), nullable=True),
        sa.Column("zone", sa.Text(), nullable=False),
        sa.Column("transparency", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("classification", sa.Text(), nullable=False),
        sa.Column("organizer", sa.Text(), nullable=False),
        sa.Column("attendees", sa.Text(), nullable=True),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("is_recurring", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["object_no"], ["objects.no"], name=op.f("fk_components_object_no_objects"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("no", name=op.f("pk_components")),
    )
    op.create_index(op.f("ix_components_object_no"), "components", ["object_no"], unique=False)
    op.create_table(
        "occurrences",
        sa.Column("no", ROW_NUMBER, nullable=False),
        sa.Column("component_no", ROW_NUMBER, nullable=False),
        sa.Column("calendar_no", ROW_NUMBER, nullable=False),
        sa.Column("is_long", sa.Boolean(), nullable=False),
        sa.Column("starts_at", INSTANT, nullable=False),
        sa.Column("ends_at", INSTANT, nullable=False),
        sa.Column("recurrence_id", sa.Text(), nullable=False),
        sa.Column("first_day", sa.Date(), nullable=True),
        sa.Column("last_day", sa.Date(), nullable=True),
        sa.CheckConstraint("starts_at <= ends_at", name=op.f("ck_occurrences_in_order")),
        sa.ForeignKeyConstraint(
            ["component_no"], ["components.no"], name=op.f("fk_occurrences_component_no_components"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("no", name=op.f("pk_occurrences")),
    )
    op.create_index(
        op.f("ix_occurrences_calendar_no_is_long_starts_at"),
        "occurrences",
        ["calendar_no", "is_long", "starts_at"],
        unique=False,
    )
    op.create_index(op.f("ix_occurrences_component_no"), "occurrences", ["component_no"], unique=False)


def downgrade() -> None:
    for table in ("occurrences", "components", "objects", "problems", "cursors", "freshness", "calendars"):
        op.drop_table(table)
