"""Alerts, kept: one open alert to a cause, by an index of the database."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, RowMapping, Select, select, update

from agenda.model.alerts import Alert
from agenda.model.events import EventKey
from agenda.model.ids import AlertId
from agenda.store import rows
from agenda.store.codec import SENTENCE
from agenda.store.tables import alerts

NEWEST_FIRST = (alerts.c.raised_at.desc(), alerts.c.no.desc())


@dataclass(frozen=True, slots=True)
class SqlAlerts:
    """The alerts, in one transaction."""

    connection: Connection

    def open(self) -> Sequence[Alert]:
        """Those not settled, newest first."""
        return self._all(select(alerts).where(alerts.c.settled_at.is_(None)))

    def recent(self, limit: int = 100) -> Sequence[Alert]:
        """Open and settled ones, newest first."""
        return self._all(select(alerts).limit(limit))

    def get(self, alert: AlertId) -> Alert:
        """One by id, or NotFoundError."""
        return alert_of(rows.one(self.connection, select(alerts).where(alerts.c.id == alert), "alert", alert))

    def save(self, alert: Alert) -> None:
        """Keep a new or a changed one.

        Where another alert is open for the same cause, that one is brought up to date; it keeps its id and the time
        it was raised.
        """
        values = alert_row(alert)
        if self.connection.execute(update(alerts).where(alerts.c.id == alert.id).values(**values)).rowcount:
            return
        if alert.settled_at is None:
            again = {name: value for name, value in values.items() if name not in {"id", "raised_at"}}
            same = (alerts.c.cause == alert.cause, alerts.c.settled_at.is_(None))
            if self.connection.execute(update(alerts).where(*same).values(**again)).rowcount:
                return
        # Two who look the days over at once may both find it new: the index lets one in, the other said the same.
        self.connection.execute(rows.upsert(self.connection, alerts).values(**values).on_conflict_do_nothing())

    def _all(self, query: Select[Any]) -> Sequence[Alert]:
        return [alert_of(row) for row in self.connection.execute(query.order_by(*NEWEST_FIRST)).mappings()]


def alert_row(alert: Alert) -> dict[str, Any]:
    """An alert as its row."""
    return {
        "id": alert.id,
        "kind": alert.kind,
        "cause": alert.cause,
        "sentence": SENTENCE.write(alert.sentence),
        "raised_at": alert.raised_at,
        "person": alert.person,
        "calendar": alert.calendar,
        "first_uid": alert.first and alert.first.uid,
        "first_recurrence_id": alert.first and alert.first.recurrence_id,
        "second_uid": alert.second and alert.second.uid,
        "second_recurrence_id": alert.second and alert.second.recurrence_id,
        "starts_at": alert.at and alert.at.start,
        "ends_at": alert.at and alert.at.end,
        "missing_min": alert.missing_min,
        "settled_at": alert.settled_at,
    }


def alert_of(row: RowMapping) -> Alert:
    """A row as the alert it keeps."""
    return Alert(
        id=row["id"],
        kind=row["kind"],
        cause=row["cause"],
        sentence=SENTENCE.read(row["sentence"]),
        raised_at=row["raised_at"],
        person=row["person"],
        calendar=row["calendar"],
        first=_key(row["first_uid"], row["first_recurrence_id"]),
        second=_key(row["second_uid"], row["second_recurrence_id"]),
        at=rows.span(row["starts_at"], row["ends_at"]),
        missing_min=row["missing_min"],
        settled_at=row["settled_at"],
    )


def _key(uid: str | None, recurrence_id: str | None) -> EventKey | None:
    return None if uid is None else EventKey(uid, recurrence_id or "")
