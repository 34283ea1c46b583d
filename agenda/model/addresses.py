"""The words of a typed LOCATION: cleaned, compared, and told apart into streets, floors and calls.

Everything here is about spelling; which place is meant is `gazetteer`'s to say. Words are lower case, without accents
and punctuation, with the abbreviations of streets written out, so that "414 Main St." and "414 main street" are equal.
"""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

SPELT_OUT = {
    "st": "street",
    "str": "street",
    "ave": "avenue",
    "av": "avenue",
    "blvd": "boulevard",
    "rd": "road",
    "dr": "drive",
    "ln": "lane",
    "ct": "court",
    "pl": "place",
    "sq": "square",
    "pkwy": "parkway",
    "hwy": "highway",
    "ter": "terrace",
    "n": "north",
    "s": "south",
    "e": "east",
    "w": "west",
    "nw": "northwest",
    "ne": "northeast",
    "sw": "southwest",
    "se": "southeast",
    "ctr": "center",
    "centre": "center",
    "bldg": "building",
    "rm": "room",
    "fl": "floor",
    "flr": "floor",
    "ste": "suite",
    "first": "1st",
    "second": "2nd",
    "third": "3rd",
    "fourth": "4th",
    "fifth": "5th",
    "sixth": "6th",
    "seventh": "7th",
    "eighth": "8th",
    "ninth": "9th",
    "tenth": "10th",
    "avda": "avenida",
}

STREET_KINDS = frozenset(
    [
        "street",
        "avenue",
        "boulevard",
        "road",
        "drive",
        "lane",
        "court",
        "place",
        "square",
        "parkway",
        "highway",
        "terrace",
        "way",
        "plaza",
        "alley",
        "circle",
        "calle",
        "avenida",
        "paseo",
        "camino",
        "plazuela",
    ]
)
BEFORE_NAME = frozenset({"calle", "avenida", "paseo", "camino", "plazuela"})
"""Kinds of street that come before their name, with the number last: "Calle Mayor 5"."""

DOORS = frozenset(
    [
        "room",
        "floor",
        "suite",
        "level",
        "wing",
        "lobby",
        "entrance",
        "office",
        "hall",
        "chamber",
        "chambers",
        "conference",
        "auditorium",
        "basement",
        "building",
        "steps",
        "door",
        "gate",
        "upstairs",
        "downstairs",
        "the",
        "a",
        "an",
        "at",
        "in",
        "on",
        "of",
        "and",
        "mayor",
        "mayors",
        "council",
        "city",
        "usa",
        "sala",
        "piso",
        "planta",
        "despacho",
        "oficina",
        "edificio",
        "entrada",
        "vestibulo",
        "auditorio",
        "salon",
        "el",
        "la",
        "los",
        "las",
        "de",
        "del",
        "en",
        "y",
        "alcalde",
        "alcaldia",
        "ayuntamiento",
    ]
)
"""Words that say where inside a place, and so never name another one."""

SIDES = frozenset({"north", "south", "east", "west", "main", "front", "back", "rear", "side"})
"""Words that do so only before one of `DOORS`: "north entrance", but not "North Library"."""

DESIGNATORS = frozenset({"room", "floor", "suite", "level", "sala", "piso", "planta", "despacho", "gate", "door"})

NOWHERE = frozenset(
    {
        "",
        "tbd",
        "tba",
        "tbc",
        "n a",
        "none",
        "unknown",
        "to be determined",
        "to be announced",
        "to be confirmed",
        "see notes",
        "see description",
        "location tbd",
        "various",
        "various locations",
        "por confirmar",
        "por determinar",
        "pendiente",
        "ver notas",
        "varios",
    }
)
"""What is typed when nobody knows the place."""

PREFIX = re.compile(r"^\s*(?:location|venue|where|place|address|lugar|ubicaci[oó]n|direcci[oó]n)\s*:\s*", re.IGNORECASE)
LINK = re.compile(r"(?:https?://|www\.)\S+|\b(?:zoom\.us|meet\.google\.com|teams\.microsoft\.com)/\S+", re.IGNORECASE)
PHONE = re.compile(
    r"\+?\(?\d{1,4}\)?[ .\-]\(?\d{3}\)?[ .\-]\d{3,4}(?:[ .\-]?\d{2,4})?(?:,+\d+#?|\s*(?:x|ext\.?)\s*\d+)?"
)
PARTS = re.compile(r"[,;|()\[\]\n/·–—]|\s-\s|\.\s")
WORD = re.compile(r"[^\W_]+", re.UNICODE)
ORDINAL = re.compile(r"\d+(?:st|nd|rd|th|a|o|er|ª|º)")

VIDEO_HOSTS = (
    "zoom.us",
    "teams.microsoft.com",
    "teams.live.com",
    "meet.google.com",
    "webex.com",
    "gotomeeting.com",
    "goto.com",
    "meet.jit.si",
    "whereby.com",
    "bluejeans.com",
    "chime.aws",
    "skype.com",
    "ringcentral.com",
    "8x8.vc",
)

CALLS = re.compile(
    r"\b(?:(?:microsoft|ms)\s+teams(?:\s+meeting)?|teams(?!\s+(?:room|sala|building|hall))(?:\s+(?:meeting|call))?"
    r"|zoom(?:\s+(?:meeting|call|webinar))?|google\s+meet|hangouts?|webex|skype|gotomeeting|jitsi|facetime"
    r"|(?:conference|video|phone|telephone|dial[- ]in)\s+call|video\s*conference|video\s+meeting|dial[- ]in"
    r"|virtual(?:\s+meeting)?|online(?:\s+meeting)?|remote(?:ly)?|by\s+phone|phone|telephone"
    r"|videollamada|videoconferencia|en\s+l[ií]nea|por\s+tel[eé]fono|tel[eé]fono|llamada)\b",
    re.IGNORECASE,
)
CALL_FILLERS = frozenset(
    [
        "meeting",
        "id",
        "passcode",
        "password",
        "code",
        "pin",
        "link",
        "join",
        "via",
        "by",
        "on",
        "the",
        "a",
        "at",
        "in",
        "or",
        "and",
        "with",
        "call",
        "see",
        "below",
        "to",
        "use",
        "reunion",
        "enlace",
        "clave",
        "por",
        "de",
        "la",
        "el",
        "con",
        "y",
    ]
)


@dataclass(frozen=True, slots=True)
class Word:
    """One word as it is compared. `is_proper` says that it may be part of a name: written large, or nothing is."""

    text: str
    is_proper: bool = True


def tidy(location: str) -> str:
    """The text as it was meant: entities decoded, a `Location:` in front dropped, blanks in order."""
    text = location
    for _ in range(2):  # some exports encode twice
        text = html.unescape(text)
    text = PREFIX.sub("", text)
    return re.sub(r"[ \t\r\f\v\xa0]+", " ", text).strip(" \n,;")


def tells_names(text: str) -> bool:
    """Whether capitals mean something in this text: it has both large and small letters."""
    return any(char.isupper() for char in text) and any(char.islower() for char in text)


def parts(text: str) -> list[tuple[Word, ...]]:
    """The words of a text, parted where commas, brackets, dashes and full stops part it."""
    has_names = tells_names(text)
    return [words(part, has_names=has_names) for part in PARTS.split(text)]


def words(text: str, *, has_names: bool | None = None) -> tuple[Word, ...]:
    """The words of a text, as they are compared; `has_names` as `tells_names` says of the whole it is a part of."""
    has_names = tells_names(text) if has_names is None else has_names
    plain = "".join(char for char in unicodedata.normalize("NFKD", text) if not unicodedata.combining(char))
    plain = re.sub(r"[’'`´]", "", plain).replace("&", " and ")
    plain = re.sub(r"(?<=\b[A-Za-z])\.(?=[A-Za-z]\b)", "", plain)
    found = []
    for match in WORD.finditer(plain):
        raw = match.group()
        folded = raw.casefold()
        is_proper = not has_names or raw[0].isupper() or raw[0].isdigit()
        found.append(Word(SPELT_OUT.get(folded, folded), is_proper))
    return tuple(found)


def spelling(text: str) -> str:
    """One string for all spellings of a name: what `words` makes of it, without a leading article."""
    texts = [word.text for word in words(tidy(text))]
    if len(texts) > 1 and texts[0] == "the":
        del texts[0]
    return " ".join(texts)


def is_nowhere(text: str) -> bool:
    """Whether the text says that nobody knows the place yet."""
    return spelling(text) in NOWHERE or not spelling(text)


def street_at(texts: Sequence[str], at: int) -> int:
    """How many words from `at` on are a street with its number ("414 main street", "calle mayor 5"); 0 if none are."""
    if at >= len(texts):
        return 0
    if texts[at].isdigit():
        for length in range(2, 7):
            if at + length > len(texts) or texts[at + length - 1].isdigit():
                return 0
            if length > 2 and texts[at + length - 1] in STREET_KINDS and texts[at + length - 1] not in BEFORE_NAME:
                return length
    if texts[at] in BEFORE_NAME:
        for length in range(3, 7):
            if at + length <= len(texts) and texts[at + length - 1].isdigit():
                return length
    return 0


def streets(texts: Sequence[str]) -> dict[int, int]:
    """Where streets with their numbers begin, and how many words each has; none inside another."""
    found: dict[int, int] = {}
    at = 0
    while at < len(texts):
        length = street_at(texts, at)
        if length:
            found[at] = length
        at += length or 1
    return found


def without_calls(text: str) -> tuple[str, bool]:
    """The text without links, telephone numbers and the words for calls, and whether there was any of it."""
    is_call = False
    for link in LINK.findall(text):
        is_call = is_call or any(host in link.casefold() for host in VIDEO_HOSTS)
    rest = LINK.sub(" ", text)
    rest, numbers = PHONE.subn(" ", rest)
    rest, names = CALLS.subn(" ", rest)
    is_call = is_call or names > 0 or (numbers > 0 and not WORD.search(rest))
    return rest.strip(), is_call
