"""Facts in a report, in its language."""

from __future__ import annotations

import pytest
from django.utils import translation

from reports.selectors.results import fact_value


@pytest.mark.parametrize(
    ("value", "english", "chinese"),
    [
        ("panel_and_defence", "Panel with defence", "評審小組及答辯"),
        (["voice", "self_service"], "Self-service, Voice", "自助服務、語音"),
        (True, "yes", "是"),
        ("62.5", "62.5", "62.5"),
        (None, "not known", "不詳"),
    ],
)
def test_fact_value_is_said_in_the_language_of_the_report(value: object, english: str, chinese: str) -> None:
    with translation.override("en"):
        assert fact_value(value) == english
    with translation.override("zh-hant"):
        assert fact_value(value) == chinese
