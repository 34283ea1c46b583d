"""Where things happen: places, their rooms, and the directory that knows them by name."""

from __future__ import annotations

from dataclasses import dataclass

from agenda.model.ids import PlaceId, RoomId


@dataclass(frozen=True, slots=True)
class Position:
    """A point on the WGS84 globe, in degrees."""

    lat: float
    lon: float

    def __post_init__(self) -> None:
        """Refuse what is not on the globe, and (0, 0), which means that nobody filled it in."""
        if not (-90 <= self.lat <= 90 and -180 <= self.lon <= 180) or (self.lat == 0 and self.lon == 0):
            msg = f"not a position: {self.lat}, {self.lon}"
            raise ValueError(msg)


@dataclass(frozen=True, slots=True, kw_only=True)
class Room:
    """A room that can be held for a meeting; `seats` None means nobody counted them."""

    id: RoomId
    name: str
    seats: int | None = None
    features: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A venue. `arrive_min` and `leave_min` are spent between the street and the chair (parking, security, lift)."""

    id: PlaceId
    name: str
    aliases: tuple[str, ...] = ()
    address: str = ""
    position: Position | None = None
    kind: str = ""
    arrive_min: int = 0
    leave_min: int = 0
    rooms: tuple[Room, ...] = ()
    note: str = ""
