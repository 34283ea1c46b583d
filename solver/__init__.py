"""A planning problem in; a plan, or the reasons for none, out.

What is named here is loaded when first used, so that a process which only talks to the solver's child never loads
OR-Tools itself.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from solver.child import ChildSolver
    from solver.slots import CpSatSolver

__all__ = ["ChildSolver", "CpSatSolver"]

_HOMES = {"ChildSolver": "solver.child", "CpSatSolver": "solver.slots"}


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        msg = f"module {__name__!r} has no attribute {name!r}"
        raise AttributeError(msg)
    return getattr(import_module(_HOMES[name]), name)
