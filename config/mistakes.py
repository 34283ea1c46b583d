"""What is wrong in a file or in the environment: all of it at once, each with the key and what was expected."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass, field

from agenda.model.errors import AgendaError, BadInputError, BadInputsError
from agenda.model.sentences import Sentence, say

MOST_SHOWN = 50


class ConfigMistakeError(BadInputError):
    """One mistake. `file` is where it stands ("the environment" for variables), `field` the key: `people[3].base`."""

    def __init__(self, file: str, key: str, expected: Sentence) -> None:
        """Put file and key before what was expected."""
        if key:
            sentence = say("%(file)s: %(key)s: %(expected)s", file=file, key=key, expected=expected)
        else:
            sentence = say("%(file)s: %(expected)s", file=file, expected=expected)
        super().__init__(key, sentence)
        self.file = file


class BadConfigError(BadInputsError):
    """The house does not start: some of what it was told cannot be used. `problems` holds every mistake, in order."""

    def __init__(self, mistakes: tuple[ConfigMistakeError, ...]) -> None:
        """Say every mistake, so that one look is enough."""
        super().__init__(mistakes)
        told = tuple(mistake.sentence for mistake in mistakes[:MOST_SHOWN])
        sentence = say("%(count)s to mend before the start. %(mistakes)s", count=len(mistakes), mistakes=told)
        AgendaError.__init__(self, sentence)


@dataclass(slots=True)
class Mistakes:
    """Collects mistakes while the reading goes on."""

    file: str
    found: list[ConfigMistakeError] = field(default_factory=list)

    def add(self, key: str, expected: Sentence, *, file: str = "") -> None:
        """Note one; `file` where it is not the one being read."""
        self.found.append(ConfigMistakeError(file or self.file, key, expected))

    def unknown(self, key: str, known: Iterable[str], *, file: str = "") -> None:
        """Note a key nobody knows, with the nearest that somebody does."""
        last = key.rpartition(".")[2]
        names = list(known)
        near = difflib.get_close_matches(last, names, n=1, cutoff=0.5)
        if near:
            self.add(key, say("nobody knows this key; was %(near)s meant?", near=near[0]), file=file)
        else:
            self.add(key, say("nobody knows this key; known are %(known)s", known=tuple(names)), file=file)

    def raise_any(self) -> None:
        """Stop here, if there is any mistake."""
        if self.found:
            raise BadConfigError(tuple(self.found))
