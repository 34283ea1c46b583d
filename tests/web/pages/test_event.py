"""One event."""

from __future__ import annotations

import pytest

from agenda.model.users import Duty
from tests.web.city import City


def test_an_event_tells_everything_that_is_known_of_it(city: City) -> None:
    """When, where the office takes it to be, whose time it takes, and which calendar says so."""
    page = city.browser().read("/event?uid=school@example.org&on=2026-03-02")
    for word in ("Reading hour", "10:05 – 11:00", "North School", "Rosa Alvarez", "Calendar of mayor"):
        assert word in page


def test_one_occurrence_of_a_series_is_found_by_its_place_in_it(city: City) -> None:
    """And marked as repeating."""
    page = city.browser().read("/event?uid=weekly@example.org&recurrence=20260304T160000Z&on=2026-03-04")
    assert "Repeats" in page
    assert "Call" in page


@pytest.mark.parametrize(
    "query",
    [
        "uid=nothing&on=2026-03-02",
        "uid=school@example.org&on=2026-06-02",
        "uid=school@example.org&on=soon",
        "on=2026-03-02",
        "",
    ],
)
def test_what_is_not_there_is_not_found(city: City, query: str) -> None:
    """An event nobody knows, or not on that day."""
    assert city.browser().get(f"/event?{query}").status_code == 404


def test_a_private_event_does_not_exist_for_staff(city: City) -> None:
    """Not even for those who guess its UID."""
    path = "/event?uid=private@example.org&on=2026-03-03"
    assert "Oncology" in city.browser(Duty.PRINCIPAL).read(path)
    assert city.browser(Duty.STAFF).get(path).status_code == 404
