"""The answer to a planning problem as JSON: a plan, or the reasons for none; sentences in plain English, in UTC.

Version 1 of the format; docs/planning-problem.md says what every field means, docs/planning-answer.schema.json what it
may hold.
"""

from __future__ import annotations

import json
from typing import Any

from agenda.model.planning import NoPlan, Option, Plan, Reason, WayOut
from agenda.model.problem_json import as_json

FORMAT = "antechamber/planning-answer"
VERSION = 1


def write_answer(answer: Plan | NoPlan) -> str:
    """The answer as JSON."""
    return json.dumps(answer_as_json(answer), indent=2, ensure_ascii=False) + "\n"


def answer_as_json(answer: Plan | NoPlan) -> dict[str, Any]:
    """The answer as an object of version 1."""
    head = {"format": FORMAT, "version": VERSION, "status": answer.status, "wall_s": answer.wall_s}
    if isinstance(answer, Plan):
        return {
            **head,
            "objective": answer.objective,
            "bound": answer.bound,
            "first_after_s": answer.first_after_s,
            "options": [_option(one) for one in answer.options],
        }
    return {
        **head,
        "note": None if answer.note is None else str(answer.note),
        "reasons": [_reason(one) for one in answer.reasons],
        "ways_out": [_way_out(one) for one in answer.ways_out],
    }


def _option(option: Option) -> dict[str, Any]:
    return {
        "slot": as_json(option.slot),
        "venue": option.venue_name,
        "place": option.place,
        "room": option.room,
        "is_virtual": option.is_virtual,
        "attending": list(option.attending),
        "missing": list(option.missing),
        "score": option.score,
        "terms": [{"name": one.name, "points": one.points, "text": str(one.sentence)} for one in option.terms],
        "drives": [
            {
                "person": one.person,
                "from": one.origin,
                "to": one.goal,
                "minutes": one.leg.minutes,
                "quality": one.leg.quality,
                "interval": as_json(one.interval),
            }
            for one in option.drives
        ],
    }


def _reason(reason: Reason) -> dict[str, Any]:
    return {"rule": reason.rule, "person": reason.person, "text": str(reason.sentence)}


def _way_out(way: WayOut) -> dict[str, Any]:
    return {
        "slot": as_json(way.slot),
        "venue": way.venue_name,
        "gives_up": [_reason(one) for one in way.gives_up],
        "text": str(way.sentence),
    }
