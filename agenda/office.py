"""The office: every action in one hand. Pages, commands and timers are given one and need nothing else."""

from __future__ import annotations

from dataclasses import dataclass

from agenda.actions.book import Book
from agenda.actions.connect import Connect
from agenda.actions.decide import Decide
from agenda.actions.deliver import Deliver
from agenda.actions.let_in import LetIn
from agenda.actions.look import Look
from agenda.actions.propose import Propose
from agenda.actions.pull import Pull
from agenda.actions.sign_in import SignIn
from agenda.actions.take_in import TakeIn
from agenda.actions.watch import Watch
from agenda.model.policy import Directory, Policy


@dataclass(frozen=True, slots=True, kw_only=True)
class Office:
    """What the office does, by the verb."""

    book: Book
    look: Look
    take_in: TakeIn
    propose: Propose
    decide: Decide
    pull: Pull
    watch: Watch
    deliver: Deliver
    connect: Connect
    let_in: LetIn
    sign_in: SignIn

    @property
    def policy(self) -> Policy:
        """What the chief of staff decided."""
        return self.book.policy

    @property
    def directory(self) -> Directory:
        """Who and where there is."""
        return self.book.directory
