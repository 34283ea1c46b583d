"""A planning problem as JSON, for whoever is outside the house: read strictly, written back the same.

Version 1 of the format; docs/planning-problem.md says what every field means, docs/planning-problem.schema.json what it
may hold.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict, fields
from typing import Any, TypeVar

from agenda.model.ids import PersonId, PlaceId, RoomId
from agenda.model.json_nodes import Node, read_json
from agenda.model.people import Attendance, Role
from agenda.model.planning import Busy, Limits, PersonTime, PlanningProblem, Venue, Weights, Whereabouts
from agenda.model.sentences import Sentence, say
from agenda.model.times import Interval
from agenda.model.travel import Leg, Quality

FORMAT = "antechamber/planning-problem"
VERSION = 1
LONGEST_DAYS = 400
MOST_WALL_S = 3600
MOST_WORKERS = 64

T = TypeVar("T")

NUMBERS = "seats grid_min buffer_min assumed_leg_min lunch_min apart_min pause_min fragment_min"


def read_problem(text: str | bytes) -> PlanningProblem:
    """The problem that the text describes.

    Raises:
        BadInputsError: with a `BadInputError` for each mistake, whose `field` is the path in the file.
    """
    return read_json(text, _problem)


def _problem(node: Node) -> Callable[[], PlanningProblem]:
    node.keys(
        "format version horizon duration_min attendance people windows venues",
        f"zone places legs barred bands lunch_is_hard weights limits {NUMBERS}",
    )
    if node.need("format", Node.text) != FORMAT or node.need("version", Node.number) != VERSION:
        node.wrong(say("this is not %(format)s version %(version)s", format=FORMAT, version=VERSION))
    parts: dict[str, Any] = {
        "horizon": node.get("horizon", _horizon, None),
        "duration_min": node.get("duration_min", Node.number, 0),
        "attendance": node.get("attendance", _list_of(_attendance), ()),
        "people": node.get("people", _list_of(_person), ()),
        "windows": node.get("windows", _intervals, ()),
        "venues": node.get("venues", _list_of(_venue), ()),
        "legs": dict(node.get("legs", _list_of(_leg), ())),
        "barred": node.get("barred", _list_of(_barred), ()),
        "bands": node.get("bands", _intervals, ()),
        "lunch_is_hard": node.get("lunch_is_hard", Node.flag, default=False),
        "weights": node.get("weights", _weights, Weights()),
        "limits": node.get("limits", _limits, Limits()),
        "zone": node.get("zone", Node.word, "UTC"),
        "place_names": dict(node.get("places", _list_of(_place), ())),
    }
    numbers = {name: node.get(name, Node.number, None) for name in NUMBERS.split()}
    parts |= {name: number for name, number in numbers.items() if number is not None}
    return lambda: node.made(lambda: PlanningProblem(**parts))


def _list_of(read: Callable[[Node], T]) -> Callable[[Node], tuple[T, ...]]:
    return lambda node: node.each(read)


def _intervals(node: Node) -> tuple[Interval, ...]:
    return node.each(Node.interval)


def _horizon(node: Node) -> Interval:
    horizon = node.interval()
    if horizon.length.days >= LONGEST_DAYS:
        node.wrong(say("is longer than %(days)s days", days=LONGEST_DAYS))
    return horizon


def _person_id(node: Node) -> PersonId:
    return PersonId(node.word())


def _place_id(node: Node) -> PlaceId:
    return PlaceId(node.word())


def _maybe_place(node: Node) -> PlaceId | None:
    return node.or_none(_place_id)


def _attendance(node: Node) -> Attendance:
    node.keys("person", "role group")
    return Attendance(
        node.need("person", _person_id),
        node.get("role", lambda one: one.one_of(Role), Role.REQUIRED),
        node.get("group", Node.text, ""),
    )


def _person(node: Node) -> PersonTime:
    node.keys("person hours", "name busy unknown lunches base")
    person = node.need("person", _person_id)
    return PersonTime(
        person=person,
        name=node.get("name", Node.word, str(person)),
        busy=node.get("busy", _list_of(_busy), ()),
        hours=node.get("hours", _intervals, ()),
        unknown=node.get("unknown", _intervals, ()),
        lunches=node.get("lunches", _intervals, ()),
        base=node.get("base", _maybe_place, None),
    )


def _busy(node: Node) -> Busy:
    node.keys("interval", "whereabouts place label")
    place = node.get("place", _maybe_place, None)
    usual = Whereabouts.UNKNOWN if place is None else Whereabouts.AT_PLACE
    interval = node.need("interval", Node.interval)
    whereabouts = node.get("whereabouts", lambda one: one.one_of(Whereabouts), usual)
    label = node.get("label", Node.text, "")
    return node.made(lambda: Busy(interval=interval, whereabouts=whereabouts, place=place, label=label))


def _venue(node: Node) -> Venue:
    node.keys("name place", "room seats busy price is_virtual")
    parts: dict[str, Any] = {
        "name": node.need("name", Node.word),
        "place": node.need("place", _maybe_place),
        "room": node.get("room", lambda one: one.or_none(lambda room: RoomId(room.word())), None),
        "seats": node.get("seats", lambda one: one.or_none(Node.number), None),
        "busy": node.get("busy", _intervals, ()),
        "price": node.get("price", Node.number, 0),
        "is_virtual": node.get("is_virtual", Node.flag, default=False),
    }
    return node.made(lambda: Venue(**parts))


def _leg(node: Node) -> tuple[tuple[PlaceId, PlaceId], Leg]:
    node.keys("from to minutes", "quality")
    quality = node.get("quality", lambda one: one.one_of(Quality), Quality.TABLE)
    ends = node.need("from", _place_id), node.need("to", _place_id)
    return ends, Leg(node.need("minutes", Node.number), quality)


def _barred(node: Node) -> tuple[Interval, Sentence]:
    node.keys("interval", "reason")
    reason = node.get("reason", Node.word, None)
    why = say("no meetings then") if reason is None else say("%(reason)s", reason=reason)
    return node.need("interval", Node.interval), why


def _place(node: Node) -> tuple[PlaceId, str]:
    node.keys("place name")
    return node.need("place", _place_id), node.need("name", Node.word)


def _weights(node: Node) -> Weights:
    names = [one.name for one in fields(Weights)]
    node.keys("", " ".join(names))
    usual = Weights()
    return Weights(**{name: node.get(name, Node.number, getattr(usual, name)) for name in names})


def _limits(node: Node) -> Limits:
    node.keys("", "wall_s workers seed options")
    usual = Limits()
    wall_s = min(node.get("wall_s", Node.seconds, usual.wall_s), MOST_WALL_S)
    workers = min(node.get("workers", Node.number, usual.workers), MOST_WORKERS)
    seed, options = node.get("seed", Node.number, usual.seed), node.get("options", Node.number, usual.options)
    return node.made(lambda: Limits(wall_s=wall_s, workers=workers, seed=seed, options=options))


def write_problem(problem: PlanningProblem) -> str:
    """The problem as JSON that `read_problem` reads; reasons of barred time become plain English."""
    return json.dumps(problem_as_json(problem), indent=2, ensure_ascii=False) + "\n"


def problem_as_json(problem: PlanningProblem) -> dict[str, Any]:
    """The problem as an object of version 1."""
    return {
        "format": FORMAT,
        "version": VERSION,
        "zone": problem.zone,
        "horizon": as_json(problem.horizon),
        "duration_min": problem.duration_min,
        **{name: getattr(problem, name) for name in NUMBERS.split()},
        "lunch_is_hard": problem.lunch_is_hard,
        "windows": [as_json(one) for one in problem.windows],
        "barred": [{"interval": as_json(one), "reason": str(why)} for one, why in problem.barred],
        "bands": [as_json(one) for one in problem.bands],
        "attendance": [{"person": one.person, "role": one.role, "group": one.group} for one in problem.attendance],
        "people": [_person_as_json(one) for one in problem.people],
        "venues": [
            {**{name: getattr(one, name) for name in _VENUE_KEYS}, "busy": [as_json(taken) for taken in one.busy]}
            for one in problem.venues
        ],
        "places": [{"place": place, "name": name} for place, name in problem.place_names.items()],
        "legs": [
            {"from": origin, "to": goal, "minutes": leg.minutes, "quality": leg.quality}
            for (origin, goal), leg in problem.legs.items()
        ],
        "weights": asdict(problem.weights),
        "limits": asdict(problem.limits),
    }


_VENUE_KEYS = ("name", "place", "room", "seats", "price", "is_virtual")


def _person_as_json(time: PersonTime) -> dict[str, Any]:
    return {
        "person": time.person,
        "name": time.name,
        "base": time.base,
        "hours": [as_json(one) for one in time.hours],
        "busy": [
            {
                "interval": as_json(one.interval),
                "whereabouts": one.whereabouts,
                "place": one.place,
                "label": one.label,
            }
            for one in time.busy
        ],
        "unknown": [as_json(one) for one in time.unknown],
        "lunches": [as_json(one) for one in time.lunches],
    }


def as_json(interval: Interval) -> dict[str, str]:
    """An interval as an object with two RFC 3339 times in UTC."""
    start, end = (one.isoformat().replace("+00:00", "Z") for one in (interval.start, interval.end))
    return {"start": start, "end": end}
