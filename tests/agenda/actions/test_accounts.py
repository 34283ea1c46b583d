"""An account that its provider does not let in: one alert, however many calendars, and all goes on by itself after."""

from __future__ import annotations

from datetime import timedelta

from agenda.model.alerts import AlertKind
from agenda.model.calendars import SyncState
from agenda.model.errors import AccountRefusedError, RefusedError
from agenda.model.ids import CalendarId
from agenda.model.meetings import OutboxState
from agenda.model.sentences import say
from tests.agenda.actions.conftest import Town
from tests.agenda.actions.test_decide import outbox, proposed
from tests.builders import DEPUTY, MAYOR, a_calendar

ACCOUNT = "google:mayor@example.org"


def connect(town: Town) -> None:
    """Two calendars of one account, and one of another."""
    for name, owner, account in (("work", MAYOR, ACCOUNT), ("visits", MAYOR, ACCOUNT), ("deputy", DEPUTY, "")):
        town.connect.add(
            a_calendar(owner=owner, id=CalendarId(name), name=name, address=f"{name}.ics", login="", secret=account)
        )


def a_lapse() -> AccountRefusedError:
    """What a provider says when consent was withdrawn."""
    return AccountRefusedError("work", say("its consent has lapsed. Connect it again."))


def kinds(town: Town) -> list[AlertKind]:
    """The kinds of the alerts that stand."""
    return sorted(one.kind for one in town.look.alerts())


def test_one_alert_to_an_account(town: Town) -> None:
    """Not one to a calendar; the calendar of another account has its own trouble."""
    connect(town)
    town.clock.advance(timedelta(days=2))
    # by name: deputy, visits, work
    town.provider.failures += [RefusedError("deputy", say("no.")), a_lapse(), a_lapse()]
    assert {one.state for one in town.pull.round()} == {SyncState.FAILING}
    town.watch.look_over()
    assert kinds(town) == [AlertKind.LAPSED_ACCOUNT, AlertKind.UNREAD_CALENDAR]
    told = next(str(one.sentence) for one in town.look.alerts() if one.kind is AlertKind.LAPSED_ACCOUNT)
    assert "visits" in told
    assert "work" in told
    town.provider.failures += [a_lapse(), a_lapse()]
    town.pull.calendar(CalendarId("work"))
    assert town.watch.look_over() == ()


def test_a_trouble_that_is_not_the_accounts_leaves_it_alone(town: Town) -> None:
    """A calendar that is not shared says nothing of the consent."""
    connect(town)
    town.provider.failures.append(RefusedError("work", say("there is no such calendar.")))
    town.pull.calendar(CalendarId("work"))
    town.watch.look_over()
    assert AlertKind.LAPSED_ACCOUNT not in kinds(town)


def test_after_consent_everything_goes_on_by_itself(town: Town) -> None:
    """The next round reads both, and the alert settles."""
    connect(town)
    town.provider.failures += [RefusedError("deputy", say("no.")), a_lapse(), a_lapse()]
    town.pull.round()
    town.watch.look_over()
    town.clock.advance(timedelta(minutes=5))
    town.pull.round()
    town.watch.look_over()
    assert kinds(town) == []


def test_what_has_to_go_out_waits_for_the_account(town: Town) -> None:
    """However long the lapse lasts, nothing is given up; after the consent it goes out by itself."""
    town.decide.confirm(proposed(town).id, 0, by="Sam")
    for _ in range(40):
        town.writer.failures = [a_lapse()] * 3
        town.deliver.drain()
        town.clock.advance(timedelta(hours=1))
    assert OutboxState.FAILED not in {one.state for one in outbox(town)}
    assert town.writer.written == []
    town.writer.failures = []
    assert town.deliver.drain() == 3
    assert {one.state for one in outbox(town)} == {OutboxState.SENT}
