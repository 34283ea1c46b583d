"""What can go wrong in the office, each with its own sentence, fit to be shown."""

from __future__ import annotations

from datetime import datetime

from agenda.model.sentences import Sentence, say
from agenda.model.times import Interval


class AgendaError(Exception):
    """Something the office could not do. `sentence` says what and, where there is one, the way out."""

    def __init__(self, sentence: Sentence) -> None:
        """Keep the sentence; the message is its English."""
        super().__init__(str(sentence))
        self.sentence = sentence


class NotFoundError(AgendaError):
    """There is no such thing, or it is not for this person to see."""

    def __init__(self, kind: str, name: str) -> None:
        """Say which kind of thing was looked for, and under what name."""
        super().__init__(say("There is no %(kind)s %(name)s.", kind=kind, name=name))


class BadInputError(AgendaError):
    """Something that was typed cannot be used. `field` is the name of what it was typed into."""

    def __init__(self, field: str, sentence: Sentence) -> None:
        """Keep the field beside the sentence."""
        super().__init__(sentence)
        self.field = field


class BadInputsError(AgendaError):
    """Several things that were typed cannot be used."""

    def __init__(self, problems: tuple[BadInputError, ...]) -> None:
        """Keep every problem; the sentence counts them."""
        super().__init__(say("%(count)s fields need another look.", count=len(problems)))
        self.problems = problems


class SlotTakenError(AgendaError):
    """Something took the slot since it was proposed. `taken_by` says what, as far as it may be told, without a stop."""

    def __init__(self, slot: Interval, *, taken_by: Sentence) -> None:
        """Name the slot, and what took it."""
        super().__init__(
            say("%(slot)s is no longer possible: %(taken_by)s. Ask for slots again.", slot=slot, taken_by=taken_by)
        )
        self.slot = slot
        self.taken_by = taken_by


class AlreadyDecidedError(AgendaError):
    """Somebody decided on this proposal before."""

    def __init__(self, by: str, at: datetime) -> None:
        """Say who, and when."""
        super().__init__(say("%(by)s already decided this at %(at)s.", by=by, at=at))
        self.by = by


class StoreError(AgendaError):
    """The store could not keep or find something."""


class StoreBusyError(StoreError):
    """Others kept the store busy for too long."""

    def __init__(self) -> None:
        """Nothing was changed; trying again is safe."""
        super().__init__(say("The store is busy; nothing was changed. Try again in a moment."))


class StoreReadOnlyError(StoreError):
    """The store cannot be written: it is read-only, or the disk is full."""

    def __init__(self, cause: str) -> None:
        """Say what is in the way of writing."""
        super().__init__(say("Nothing can be saved just now (%(cause)s). Reading goes on; tell IT.", cause=cause))


class LockedCredentialsError(StoreError):
    """What the office signs in with cannot be opened: its key is missing, is another one, or may be read by others."""


class ProviderError(AgendaError):
    """A provider of calendars or mail did not do what it was asked."""


class TryLaterError(ProviderError):
    """The provider is busy or out of reach; asking again later may help. `wait_s` is what it asked for, in seconds."""

    def __init__(self, provider: str, wait_s: float | None = None) -> None:
        """Say who, and when to come back."""
        if wait_s is None:
            sentence = say("%(provider)s cannot be reached; we try again later.", provider=provider)
        else:
            sentence = say(
                "%(provider)s asks us to come back in %(wait_s)s s.", provider=provider, wait_s=round(wait_s)
            )
        super().__init__(sentence)
        self.wait_s = wait_s


class RefusedError(ProviderError):
    """The provider said no, and will say no again until a person changes something."""

    def __init__(self, provider: str, what: Sentence) -> None:
        """Say who refused, and what has to be done."""
        super().__init__(say("%(provider)s refused: %(what)s", provider=provider, what=what))


class AccountRefusedError(RefusedError):
    """The provider does not let an account in at all, so that none of its calendars is read."""


class NotACalendarError(ProviderError):
    """What came is no calendar: a web page, an error message, or nothing at all."""

    def __init__(self, source: str, looks_like: Sentence) -> None:
        """Name the source and what the answer looks like."""
        super().__init__(say("%(source)s is not a calendar: %(looks_like)s.", source=source, looks_like=looks_like))

    @property
    def told_of_a_known_one(self) -> Sentence:
        """The same of a calendar that was read before: that much is still there."""
        return say("%(failure)s What was read before is kept.", failure=self.sentence)


class ChangedElsewhereError(ProviderError):
    """Somebody else changed the event at the provider since it was read (412); it is never overwritten."""

    def __init__(self, provider: str, uid: str) -> None:
        """Name the event by its UID."""
        super().__init__(
            say("%(provider)s has a newer version of event %(uid)s; it was left alone.", provider=provider, uid=uid)
        )


class CursorExpiredError(ProviderError):
    """The provider does not know our cursor any more; a full pull is needed, and follows by itself."""

    def __init__(self, provider: str) -> None:
        """Say whose cursor."""
        super().__init__(say("%(provider)s asks for a full reading.", provider=provider))


class SignInError(AgendaError):
    """Name and password do not belong together; it is not said which is wrong."""

    def __init__(self) -> None:
        """One sentence for every cause."""
        super().__init__(say("This name and password do not belong together."))


class TooManyTriesError(AgendaError):
    """Too many wrong passwords; `wait_s` until the next try, in seconds."""

    def __init__(self, wait_s: int) -> None:
        """Say how long to wait."""
        super().__init__(say("Too many tries. Wait %(wait_s)s s, then try again.", wait_s=wait_s))
        self.wait_s = wait_s
