"""One request among busy calendars: how soon the first option is there, and how soon the best are proved.

The targets: fourteen people, four weeks, six venues, a quarter-hour grid, travel: first options within a second, proved
within three, on two cores.
"""

from __future__ import annotations

import statistics
import time

import pytest

from agenda.model.planning import NoPlan, Plan, SolveStatus
from agenda.model.rules import broken_rules
from solver import ChildSolver, CpSatSolver
from tests.bench.slot_queries import CONTROL, City, query

pytestmark = pytest.mark.bench

SEEDS = range(7, 17)
SETTINGS = [(8, 14), (3, 6)]


def p95(values: list[float]) -> float:
    """The value that nineteen in twenty do not exceed; of ten, the largest."""
    return statistics.quantiles(values, n=20, method="inclusive")[-1] if len(values) > 10 else max(values)


@pytest.fixture(scope="module")
def cities() -> dict[int, City]:
    """Seed 1 at each density, drawn as everybody draws it."""
    found = {}
    for density, control in CONTROL.items():
        city = City(density)
        assert control == (
            len(city.entries),
            sum(one.is_movable for one in city.entries),
            sum(one.end - one.start for one in city.entries),
        )
        found[density] = city
    return found


def test_one_request(cities: dict[int, City]) -> None:
    """Ten queries for each density, grid and number of people, in this process."""
    CpSatSolver().slots(query(cities[12], 1, required=3, asked=6, grid_min=15))
    print("\ndensity people grid | slots none | first p95   proved p95   no slot p95  (s)")
    for density, city in cities.items():
        for required, asked in SETTINGS:
            for grid_min in (15, 5):
                first, proved, refused = [], [], []
                for seed in SEEDS:
                    problem = query(city, seed, required=required, asked=asked, grid_min=grid_min)
                    began = time.perf_counter()
                    answer = CpSatSolver().slots(problem)
                    took = time.perf_counter() - began
                    if isinstance(answer, NoPlan):
                        assert answer.status is SolveStatus.INFEASIBLE
                        assert answer.reasons
                        refused.append(took)
                        continue
                    assert answer.status is SolveStatus.OPTIMAL
                    assert not any(broken_rules(problem, option) for option in answer.options)
                    first.append(answer.first_after_s)
                    proved.append(took)
                cells = "".join(
                    f"{p95(values):>13.3f}" if values else f"{'–':>13}" for values in (first, proved, refused)
                )
                setting = f"{density:7} {required:3}+{asked - required:<2} {grid_min:4}"
                print(f"{setting} | {len(proved):5} {len(refused):4} |{cells}")
                if grid_min == 15:
                    assert max(first, default=0) <= 1
                    assert max(proved + refused) <= 3


def test_through_the_child(cities: dict[int, City]) -> None:
    """The same, as the office asks it: through a warm child process, pickling included."""
    with ChildSolver() as solver:
        began = time.perf_counter()
        solver.slots(query(cities[12], 1, required=3, asked=6, grid_min=15))
        print(f"\ncold start with its first answer: {time.perf_counter() - began:.3f} s")
        took = []
        for city in cities.values():
            for seed in SEEDS:
                problem = query(city, seed, required=3, asked=14, grid_min=15)
                began = time.perf_counter()
                answer = solver.slots(problem)
                took.append(time.perf_counter() - began)
                assert answer.status in {SolveStatus.OPTIMAL, SolveStatus.INFEASIBLE}
                assert isinstance(answer, Plan | NoPlan)
        print(f"3 required and 11 optional, warm child: p95 {p95(took):.3f} s, worst {max(took):.3f} s of {len(took)}")
