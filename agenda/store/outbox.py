"""What has to go out of the house, and the leases under which it goes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, RowMapping, and_, delete, exists, func, or_, select, update

from agenda.model.ids import MeetingId, OutboxId
from agenda.model.meetings import OutboxItem, OutboxState
from agenda.store import rows
from agenda.store.codec import INVITATION, SENTENCE
from agenda.store.tables import facts, leases, outbox

READY = (OutboxState.WAITING, OutboxState.IN_DOUBT)
UNFINISHED = (OutboxState.WAITING, OutboxState.SENDING, OutboxState.IN_DOUBT, OutboxState.HELD)


@dataclass(frozen=True, slots=True)
class SqlOutbox:
    """The outbox, in one transaction."""

    connection: Connection

    def put(self, item: OutboxItem) -> None:
        """Keep a new one, in the transaction of the decision."""
        rows.add(self.connection, outbox, item_row(item))

    def save(self, item: OutboxItem) -> None:
        """Keep its new state, or NotFoundError."""
        rows.save(self.connection, outbox, "outbox item", item_row(item))

    def get(self, item: OutboxId) -> OutboxItem:
        """One by id, or NotFoundError."""
        return item_of(rows.one(self.connection, select(outbox).where(outbox.c.id == item), "outbox item", item))

    def due(self, now: datetime, limit: int) -> Sequence[OutboxItem]:
        """WAITING and IN_DOUBT ones whose time has come, oldest first.

        One whose receiver has still to get an earlier SEQUENCE of the same meeting is left for a later call: a
        cancellation never overtakes its invitation, and a receiver out of reach keeps nobody else waiting.
        """
        earlier = outbox.alias("earlier")
        overtakes = exists().where(
            earlier.c.meeting == outbox.c.meeting,
            earlier.c.sequence < outbox.c.sequence,
            earlier.c.state.in_(UNFINISHED),
            earlier.c.address == outbox.c.address,
            func.coalesce(earlier.c.calendar, "") == func.coalesce(outbox.c.calendar, ""),
        )
        query = (
            select(outbox)
            .where(outbox.c.state.in_(READY), outbox.c.not_before <= now, ~overtakes)
            .order_by(outbox.c.created_at, outbox.c.sequence, outbox.c.no)
            .limit(limit)
        )
        return [item_of(row) for row in self.connection.execute(query).mappings()]

    def having(self, *states: OutboxState, limit: int = 200) -> Sequence[OutboxItem]:
        """Those in one of these states, or all of them, newest first."""
        query = select(outbox).order_by(outbox.c.created_at.desc(), outbox.c.no.desc()).limit(limit)
        if states:
            query = query.where(outbox.c.state.in_(states))
        return [item_of(row) for row in self.connection.execute(query).mappings()]

    def of_meeting(self, meeting: MeetingId) -> Sequence[OutboxItem]:
        """All that a meeting has put in, newest first."""
        query = select(outbox).where(outbox.c.meeting == meeting)
        query = query.order_by(outbox.c.created_at.desc(), outbox.c.no.desc())
        return [item_of(row) for row in self.connection.execute(query).mappings()]

    def doubt_what_was_under_way(self, now: datetime) -> int:
        """SENDING ones become IN_DOUBT and due at once; how many there were."""
        query = update(outbox).where(outbox.c.state == OutboxState.SENDING)
        return self.connection.execute(query.values(state=OutboxState.IN_DOUBT, not_before=now)).rowcount

    def hold(self) -> int:
        """Everything that has not gone out is HELD until a person lets it go; how many there were."""
        query = update(outbox).where(or_(outbox.c.state.in_(READY), outbox.c.state == OutboxState.SENDING))
        return self.connection.execute(query.values(state=OutboxState.HELD)).rowcount


@dataclass(frozen=True, slots=True)
class SqlLeases:
    """Who may do what only one may do at a time."""

    connection: Connection

    def take(self, name: str, owner: str, now: datetime, until: datetime) -> bool:
        """Take or prolong it; False while somebody else holds it. One statement, the same on both databases."""
        statement = rows.upsert(self.connection, leases).values(name=name, owner=owner, until=until)
        statement = statement.on_conflict_do_update(
            index_elements=[leases.c.name],
            set_={"owner": statement.excluded.owner, "until": statement.excluded.until},
            where=or_(leases.c.until <= now, leases.c.owner == statement.excluded.owner),
        )
        return self.connection.execute(statement.returning(leases.c.owner)).first() is not None

    def give_back(self, name: str, owner: str) -> None:
        """End it, if it is ours."""
        self.connection.execute(delete(leases).where(and_(leases.c.name == name, leases.c.owner == owner)))


@dataclass(frozen=True, slots=True)
class SqlFacts:
    """Small facts about the house itself."""

    connection: Connection

    def get(self, name: str) -> str | None:
        """What was noted, or None."""
        return self.connection.execute(select(facts.c.value).where(facts.c.name == name)).scalar()

    def set(self, name: str, value: str) -> None:
        """Note it."""
        statement = rows.upsert(self.connection, facts).values(name=name, value=value)
        statement = statement.on_conflict_do_update(
            index_elements=[facts.c.name], set_={"value": statement.excluded.value}
        )
        self.connection.execute(statement)


def item_row(item: OutboxItem) -> dict[str, Any]:
    """An item as its row."""
    return {
        "id": item.id,
        "meeting": item.meeting,
        "errand": item.errand,
        "calendar": item.calendar,
        "address": item.address,
        "sequence": item.invitation.sequence,
        "invitation": INVITATION.write(item.invitation),
        "created_at": item.created_at,
        "not_before": item.not_before,
        "state": item.state,
        "attempts": item.attempts,
        "failure": None if item.failure is None else SENTENCE.write(item.failure),
        "sent_at": item.sent_at,
    }


def item_of(row: RowMapping) -> OutboxItem:
    """A row as the item it keeps."""
    values = dict(row)
    del values["no"], values["sequence"]
    failure = values.pop("failure")
    return OutboxItem(
        **values | {"invitation": INVITATION.read(values["invitation"])},
        failure=None if failure is None else SENTENCE.read(failure),
    )
