"""Some hundred mutated answers; ``python -m tests.simulation.answers`` goes through 20,000."""

from __future__ import annotations

import pytest

from tests.simulation import answers


@pytest.mark.slow
def test_no_mutated_answer_crashes_a_run(transactional_db: None) -> None:
    assert answers.go_through(150) >= 150
