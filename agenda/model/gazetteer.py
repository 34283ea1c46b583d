"""From the text of a LOCATION to a place the office knows.

A wrong answer puts the mayor in the wrong town without a word; no answer asks once. So nothing is guessed: every
word that could be part of a name has to be explained by the place it is taken for, or the place stays unknown.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from agenda.model.addresses import (
    CALL_FILLERS,
    DESIGNATORS,
    DOORS,
    ORDINAL,
    SIDES,
    Word,
    is_nowhere,
    parts,
    spelling,
    streets,
    tidy,
    without_calls,
    words,
)
from agenda.model.ids import PlaceId, RoomId
from agenda.model.places import Place, Position
from agenda.model.planning import Whereabouts
from agenda.model.travel import crow_m

SAME_POINT_M = 150
"""A structured position this near to a place is that place."""

ELSEWHERE_M = 1000
"""A structured position this far from a place is not that place, whatever the text says."""


@dataclass(frozen=True, slots=True)
class Found:
    """Where an event is, as far as its location tells. `place` is set exactly for AT_PLACE."""

    whereabouts: Whereabouts
    place: PlaceId | None = None
    room: RoomId | None = None


UNKNOWN = Found(Whereabouts.UNKNOWN)
VIRTUAL = Found(Whereabouts.VIRTUAL)


@dataclass(frozen=True, slots=True)
class _Name:
    """One way to write a place: the words of its name, an alias, or its street and number."""

    texts: tuple[str, ...]
    place: PlaceId
    is_street: bool


@dataclass(frozen=True, slots=True)
class _Known:
    """What is known of one place: everything it is called, the words of its town, its streets, its rooms."""

    place: Place
    runs: frozenset[tuple[str, ...]]
    town: frozenset[str]
    streets: frozenset[tuple[str, ...]]
    rooms: tuple[tuple[tuple[str, ...], RoomId], ...]


class Gazetteer:
    """The known places, ready to be found in what people type. Answers are kept; it never changes."""

    def __init__(self, places: Iterable[Place]) -> None:
        """Index the places; a name that two of them share belongs to neither."""
        self._known = {place.id: _known(place) for place in places}
        owners: dict[tuple[str, ...], set[_Name]] = defaultdict(set)
        exact: dict[str, set[Found]] = defaultdict(set)
        for known in self._known.values():
            for name in _names(known.place):
                owners[name.texts].add(name)
            for text in (known.place.name, *known.place.aliases, known.place.address):
                exact[spelling(text)].add(Found(Whereabouts.AT_PLACE, known.place.id))
            for room in known.place.rooms:
                exact[spelling(room.name)].add(Found(Whereabouts.AT_PLACE, known.place.id, room.id))
        self._shared = frozenset(texts for texts, names in owners.items() if len({name.place for name in names}) > 1)
        self._names: dict[str, list[_Name]] = defaultdict(list)
        for texts in sorted(owners, key=len, reverse=True):
            self._names[texts[0]].extend(sorted(owners[texts], key=lambda name: (name.place, name.is_street)))
        self._exact = exact
        self._cache: dict[str, Found] = {}

    def find(self, location: str, position: Position | None = None) -> Found:
        """Where that is.

        Args:
            location: the text as it was typed.
            position: a point the calendar gave beside the text; it goes before the text.
        """
        found = self._cache.get(location)
        if found is None:
            found = self._read(location)
            if len(self._cache) < 100_000:
                self._cache[location] = found
        if position is None:
            return found
        nearest = self._nearest(position)
        if nearest is not None:
            return found if found.place == nearest else Found(Whereabouts.AT_PLACE, nearest)
        if found.place is not None:
            pin = self._known[found.place].place.position
            if pin is not None and crow_m(pin, position) > ELSEWHERE_M:
                return UNKNOWN
        return found if found.whereabouts is Whereabouts.AT_PLACE else UNKNOWN

    def _nearest(self, position: Position) -> PlaceId | None:
        near = [
            (crow_m(known.place.position, position), place)
            for place, known in self._known.items()
            if known.place.position is not None
        ]
        metres, place = min(near, default=(float("inf"), None))
        return place if metres <= SAME_POINT_M else None

    def _read(self, location: str) -> Found:
        text = tidy(location)
        if is_nowhere(text):
            return UNKNOWN
        rest, is_call = without_calls(text)
        physical = self._physical(rest)
        if physical.whereabouts is Whereabouts.AT_PLACE:
            return physical
        if is_call and all(word.text in CALL_FILLERS or word.text.isdigit() for word in words(rest)):
            return VIRTUAL
        return UNKNOWN

    def _physical(self, text: str) -> Found:
        if is_nowhere(text):
            return UNKNOWN
        exact = self._exact.get(spelling(text), set())
        if exact:
            return next(iter(exact)) if len(exact) == 1 else _common_place(exact)
        typed = parts(text)
        texts = [word.text for part in typed for word in part]
        there = streets(texts)
        mentioned = self._mentioned(texts)
        for name, at in mentioned:
            known = self._known[name.place]
            own = _own_words(texts, known)
            others = any(
                other.place != name.place and not own.issuperset(range(where, where + len(other.texts)))
                for other, where in mentioned
            )
            is_elsewhere = others or any(
                tuple(texts[start : start + length]) not in known.streets for start, length in there.items()
            )
            if not is_elsewhere and _is_explained(typed, at + len(name.texts), own, name, known):
                return Found(Whereabouts.AT_PLACE, name.place, _room_in(texts, known))
        return UNKNOWN

    def _mentioned(self, texts: Sequence[str]) -> list[tuple[_Name, int]]:
        """Names in the text with where they begin: streets first, then the longest."""
        hits = [
            (name, at)
            for at, text in enumerate(texts)
            for name in self._names.get(text, ())
            if name.texts not in self._shared and tuple(texts[at : at + len(name.texts)]) == name.texts
        ]
        return sorted(hits, key=lambda hit: (not hit[0].is_street, -len(hit[0].texts), hit[1]))


def _names(place: Place) -> Iterator[_Name]:
    for text in (place.name, *place.aliases):
        texts = tuple(spelling(text).split())
        if texts:
            yield _Name(texts, place.id, is_street=bool(streets(texts)))
    street = tuple(spelling(place.address.split(",")[0]).split())
    if len(street) > 1 and any(text.isdigit() for text in street):
        yield _Name(street, place.id, is_street=True)


def _known(place: Place) -> _Known:
    names = [tuple(spelling(text).split()) for text in (place.name, *place.aliases, place.address)]
    rooms = tuple((tuple(spelling(room.name).split()), room.id) for room in place.rooms)
    own_streets = frozenset(texts[at : at + length] for texts in names for at, length in streets(texts).items())
    runs = {*names, *(texts for texts, _ in rooms), *own_streets, *(name.texts for name in _names(place))}
    _street, _comma, tail = place.address.partition(",")
    return _Known(place, frozenset(runs - {()}), frozenset(spelling(tail).split()), own_streets, rooms)


def _common_place(exact: set[Found]) -> Found:
    """Several answers for one spelling: their place, if it is the same and only the rooms differ."""
    places = {found.place for found in exact}
    return Found(Whereabouts.AT_PLACE, places.pop()) if len(places) == 1 else UNKNOWN


def _own_words(texts: Sequence[str], known: _Known) -> set[int]:
    """Which words of the text are part of something this place is called."""
    return {
        index
        for run in known.runs
        for at in range(len(texts) - len(run) + 1)
        if tuple(texts[at : at + len(run)]) == run
        for index in range(at, at + len(run))
    }


def _is_explained(pieces: Sequence[Sequence[Word]], end: int, own: set[int], name: _Name, known: _Known) -> bool:
    """Whether nothing beside the name, which stops before `end`, could be the name of something else.

    A street with its number says where it is: in front of it may stand whose house that is, but a single
    unknown word there may be a town, unless the own town follows. Behind it, and on both sides of any
    other name, every word written like a name has to belong to the place.
    """
    typed = [word for piece in pieces for word in piece]
    strange = [
        index
        for index, word in enumerate(typed)
        if index not in own and word.is_proper and not _is_harmless(typed, index, known)
    ]
    if not name.is_street or not strange:
        return not strange
    if max(strange) >= end:
        return False
    names_town = any(word.text in known.town and not word.text.isdigit() for word in typed[end:])
    starts = _starts(pieces)
    return names_town or all(_part_length(starts, index, len(typed)) > 1 for index in strange)


def _is_harmless(typed: Sequence[Word], index: int, known: _Known) -> bool:
    """Whether that word only says where inside the place, or which town and country."""
    text = typed[index].text
    before = typed[index - 1].text if index else ""
    after = typed[index + 1].text if index + 1 < len(typed) else ""
    if text in SIDES:
        return after in DOORS
    if text in DOORS or text in known.town:
        return True
    if text.isdigit():
        is_postcode = len(text) in {4, 5} and before in known.town
        return is_postcode or before in DESIGNATORS
    if ORDINAL.fullmatch(text):
        return after in DESIGNATORS
    return before in DESIGNATORS and (len(text) <= 2 or any(char.isdigit() for char in text))  # "Suite 4a", "Room B"


def _starts(pieces: Sequence[Sequence[Word]]) -> list[int]:
    """At which word each piece begins."""
    starts, at = [], 0
    for piece in pieces:
        starts.append(at)
        at += len(piece)
    return starts


def _part_length(starts: Sequence[int], index: int, total: int) -> int:
    """How many words the part around that word has."""
    first = max(start for start in starts if start <= index)
    return min((start for start in starts if start > index), default=total) - first


def _room_in(texts: Sequence[str], known: _Known) -> RoomId | None:
    """The room the text names, if it names one; the longest name counts."""
    hits = [
        (len(name), room)
        for name, room in known.rooms
        if any(tuple(texts[at : at + len(name)]) == name for at in range(len(texts) - len(name) + 1))
    ]
    longest = max((length for length, _ in hits), default=0)
    rooms = {room for length, room in hits if length == longest}
    return rooms.pop() if len(rooms) == 1 else None
