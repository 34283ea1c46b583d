"""What is told of a file as a whole: places under several spellings, texts that were cleaned, rows out of order."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise

from agenda.model.addresses import is_nowhere, spelling, streets, tidy
from agenda.model.calendars import Problem, Severity
from agenda.model.sentences import say
from sync.csv_schedule.rows import Row
from sync.csv_schedule.slips import Entry

MOST_SPELLINGS = 12


def same_place_keys(location: str) -> str:
    """What all spellings of one place share: its street and number, or else its words."""
    texts = spelling(location).split()
    found = streets(texts)
    if found:
        at, length = next(iter(found.items()))
        return " ".join(texts[at : at + length])
    return " ".join(texts)


def spellings(rows: Iterable[Row]) -> Iterator[Problem]:
    """One warning for each place that is written in more than one way, with the ways, most frequent place first."""
    ways: dict[str, dict[str, int]] = defaultdict(dict)
    for row in rows:
        text = tidy(row.location)
        if not is_nowhere(text):
            ways[same_place_keys(text)].setdefault(text, row.line)
    for key in sorted(ways, key=lambda key: (-len(ways[key]), key)):
        lines = ways[key]
        if len(lines) > 1:
            sentence = say(
                "One place is written in %(count)s ways: %(spellings)s. Give it one name and the others as aliases.",
                count=len(lines),
                spellings=tuple(f"“{text}”" for text in list(lines)[:MOST_SPELLINGS]),
            )
            yield Problem(severity=Severity.WARNING, sentence=sentence, line=min(lines.values()))


def cleaned(rows: Iterable[Row]) -> Iterator[Problem]:
    """One warning for all texts that had to be cleaned."""
    lines = [row.line for row in rows if any(tidy(text) != text.strip(" ,;") for text in (row.title, row.location))]
    if lines:
        sentence = say(
            "%(count)s entries hold HTML entities, doubled blanks or a “Location:” in front; they were cleaned.",
            count=len(lines),
        )
        yield Problem(severity=Severity.WARNING, sentence=sentence, line=lines[0])


def out_of_order(entries: Sequence[Entry]) -> Iterator[Problem]:
    """One warning for a file whose rows do not follow the clock."""
    steps = [later.line for earlier, later in pairwise(entries) if later.interval < earlier.interval]
    if steps:
        sentence = say(
            "%(count)s rows stand before an earlier one; the order of the file is not used.", count=len(steps)
        )
        yield Problem(severity=Severity.WARNING, sentence=sentence, line=steps[0])
