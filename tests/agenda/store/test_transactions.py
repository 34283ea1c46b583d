"""Units of work, and the store that opens them."""

from __future__ import annotations

import shutil
import threading
from dataclasses import replace
from pathlib import Path

import pytest

from agenda.model.errors import StoreReadOnlyError
from agenda.model.ids import OutboxId
from agenda.model.meetings import OutboxState
from agenda.ports import Store
from agenda.store import SqlStore, StoreUnfitError, downgrade, upgrade
from tests.agenda.store.values import NOW, a_meeting, an_item, later
from tests.databases import opened


def noted(store: SqlStore, value: str) -> None:
    """Note a fact."""
    with store.writing() as unit:
        unit.facts.set("name", value)
        unit.commit()


def test_the_store_fits_its_port(store: SqlStore) -> None:
    """mypy reads this line."""
    port: Store = store
    with port.reading() as unit:
        assert unit.facts.get("name") is None


def test_leaving_without_commit_undoes_everything(store: SqlStore) -> None:
    """By an error or by a return."""
    noted(store, "kept")
    with store.writing() as unit:
        unit.facts.set("name", "lost")
    with pytest.raises(ZeroDivisionError), store.writing() as unit:
        unit.facts.set("name", str(1 // 0))
    with store.reading() as unit:
        assert unit.facts.get("name") == "kept"


def test_a_unit_is_over_after_its_commit(store: SqlStore) -> None:
    """What is done afterwards would be in no transaction at all."""
    with store.writing() as unit:
        unit.commit()
        with pytest.raises(RuntimeError, match="over"):
            unit.facts.set("name", "x")
        with pytest.raises(RuntimeError, match="over"):
            unit.commit()


def test_a_reader_sees_one_state_and_keeps_nobody_waiting(store: SqlStore) -> None:
    """A page that reads five tables must not show half of somebody's change."""
    noted(store, "before")
    with store.reading() as reader:
        assert reader.facts.get("name") == "before"
        noted(store, "after")
        assert reader.facts.get("name") == "before"
    with store.reading() as reader:
        assert reader.facts.get("name") == "after"


def test_a_writer_keeps_no_reader_waiting(store: SqlStore) -> None:
    """Boards are shown while a sync writes."""
    noted(store, "before")
    with store.writing() as unit:
        unit.facts.set("name", "after")
        with store.reading() as reader:
            assert reader.facts.get("name") == "before"


def test_a_reader_cannot_write(store: SqlStore) -> None:
    """A page that only looks can be trusted to."""
    with pytest.raises(StoreReadOnlyError), store.reading() as unit:
        unit.facts.set("name", "x")


def test_many_threads_share_a_store(store: SqlStore) -> None:
    """Each with its own unit; none is lost, and none runs out of connections."""
    with store.writing() as unit:
        unit.facts.set("lock", "")
        unit.commit()

    def write(number: int) -> None:
        for turn in range(5):
            with store.writing() as unit:
                unit.facts.set(f"{number} {turn}", "x")
                unit.commit()

    threads = [threading.Thread(target=write, args=(number,)) for number in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with store.reading() as unit:
        assert all(unit.facts.get(f"{number} {turn}") == "x" for number in range(16) for turn in range(5))


def with_outbox(store: SqlStore) -> None:
    """One item in each state."""
    with store.writing() as unit:
        unit.meetings.book(a_meeting())
        for state in OutboxState:
            unit.outbox.put(an_item(state, state=state, address=f"{state}@example.org", not_before=later(60)))
        unit.commit()


def states(store: SqlStore) -> dict[str, OutboxState]:
    """What each item has become."""
    with store.reading() as unit:
        return {item.id: item.state for item in unit.outbox.having()}


AS_PUT = {state.value: state for state in OutboxState}
DOUBTED = {**AS_PUT, "sending": OutboxState.IN_DOUBT}
HELD = {**AS_PUT, "sending": OutboxState.HELD, "waiting": OutboxState.HELD, "in-doubt": OutboxState.HELD}


def test_what_was_under_way_at_the_end_is_in_doubt_at_the_start(store: SqlStore) -> None:
    """It is due at once; whoever takes it looks whether it went out before sending it again."""
    store.recover(NOW)
    with_outbox(store)
    assert store.recover(later(5)) == 1
    assert states(store) == DOUBTED
    with store.reading() as unit:
        assert unit.outbox.get(OutboxId("sending")).not_before == later(5)
    assert store.recover(later(6)) == 0


def test_the_outbox_can_be_held(store: SqlStore) -> None:
    """As after a restore by the database's own tools."""
    with_outbox(store)
    assert store.hold_outbox() == 3
    assert states(store) == HELD


def copies(url: str, folder: Path) -> Path:
    """A copy of the store's file as of now, made by hand while the office is stopped."""
    source = Path(url.removeprefix("sqlite:///"))
    return Path(shutil.copy(source, folder / "by-hand.sqlite3"))


def test_a_file_put_back_by_hand_starts_with_the_outbox_held(file_url: str, tmp_path: Path) -> None:
    """What waits in it may long have gone out; nobody is to be invited twice."""
    with opened(file_url) as store:
        store.recover(NOW)
        with_outbox(store)
    copy = copies(file_url, tmp_path)
    with opened(file_url) as store:
        store.recover(later(1))
        with store.writing() as unit:
            unit.outbox.save(replace(unit.outbox.get(OutboxId("waiting")), state=OutboxState.SENT))
            unit.commit()
    copy.replace(file_url.removeprefix("sqlite:///"))
    with opened(file_url) as store:
        assert store.recover(later(2)) == 3
        assert states(store) == HELD
        assert store.recover(later(3)) == 0


def test_a_file_without_its_epoch_starts_with_the_outbox_held(file_url: str, tmp_path: Path) -> None:
    """It was carried here from another machine, which may be sending too."""
    with opened(file_url) as store:
        store.recover(NOW)
        with_outbox(store)
    Path(f"{file_url.removeprefix('sqlite:///')}.epoch").unlink()
    with opened(file_url) as store:
        store.recover(later(1))
        assert states(store) == HELD


def test_a_crash_while_the_epoch_turns_is_no_restore(file_url: str) -> None:
    """The file names the new number before the database has it; both count until the next start."""
    with opened(file_url) as store:
        store.recover(NOW)
        with_outbox(store)
        epoch = Path(f"{file_url.removeprefix('sqlite:///')}.epoch")
        epoch.write_text(f"{epoch.read_text()} {'f' * 32}")
        store.recover(later(1))
        assert states(store) == DOUBTED


def test_a_store_that_was_never_made_is_refused(tmp_path: Path) -> None:
    """An unmounted disk must not become an empty office."""
    with pytest.raises(StoreUnfitError, match="no store at"):
        SqlStore(f"sqlite:///{tmp_path / 'nothing.sqlite3'}")
    assert list(tmp_path.iterdir()) == []


def test_a_store_of_another_version_is_refused(postgres_url: str, tmp_path: Path) -> None:
    """On either database, before anything is read wrongly."""
    for url in (postgres_url, f"sqlite:///{tmp_path / 'store.sqlite3'}"):
        upgrade(url)
        downgrade(url, "-1")
        with pytest.raises(StoreUnfitError, match="Bring it up to date"):
            SqlStore(url)
