"""Intervals of quantiles hold the true value as often as they say, on records whose days differ. See 0018."""

from __future__ import annotations

import numpy as np

from tests.benchmarks.coverage import coverage


def test_interval_of_a_quantile_covers_where_a_bootstrap_of_days_and_the_normal_distribution_fall_short() -> None:
    for found in coverage(days=20, samples=120, seed=4).values():
        assert np.mean(found.effects) > 25
        assert 0.91 <= found.share("woodruff") <= 0.99
        assert found.share("woodruff") >= max(found.share("normal"), found.share("bootstrap"))
        assert found.share("naive") < 0.5
        # A centre that is exactly at the market is seldom called anything else.
        assert max(found.called.values()) <= 0.12 * found.samples
        assert found.no_interval == 0


def test_too_few_days_for_a_high_quantile_have_no_interval_instead_of_a_short_one() -> None:
    found = coverage(days=3, samples=20, seed=4, bootstrap=False)["p90"]
    assert found.no_interval > 10
