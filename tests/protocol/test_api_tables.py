"""Routes whose answers are tables: sorted, filtered, counted, paged and saved by column."""

from __future__ import annotations

import csv
import io
from urllib.parse import quote

import pytest
from api_reads import API, ok
from starlette.testclient import TestClient

TABLES = {
    "breaches?": ("findings", "model", "severity"),
    "impact?thing=meta-llama/Llama-3.1-8B&": ("nodes", "what", "relation"),
    "conflicts?all=true&": ("items", "subject", "property"),
}
"""Per route where the rows are, a column to sort by, and one whose values are counted."""


def saved(api: TestClient, path: str) -> list[dict[str, str]]:
    answer = api.get(f"{path}&format=csv")
    assert answer.status_code == 200, answer.text[:300]
    assert answer.headers["content-type"].startswith("text/csv")
    return list(csv.DictReader(io.StringIO(answer.text)))


@pytest.mark.parametrize("route", TABLES)
def test_a_value_leaves_as_many_rows_as_its_facet_counts(api: TestClient, route: str) -> None:
    rows, _, facet = TABLES[route]
    path = f"{API}/{route}"
    counted = ok(api, f"{path}limit=1&facets=true")["facets"][facet][-1]
    chosen = f"{path}limit=500&{facet}={quote(counted['value'])}"
    assert len(ok(api, chosen)[rows]) == counted["count"]
    lines = saved(api, chosen)
    assert len(lines) == counted["count"]
    assert all(counted["value"] in line[facet] for line in lines)


@pytest.mark.parametrize("route", TABLES)
def test_a_column_sorts_both_ways_and_pages_follow_each_other(api: TestClient, route: str) -> None:
    rows, column, _ = TABLES[route]
    path = f"{API}/{route}"
    up = [line[column].casefold() for line in saved(api, f"{path}sort={column}")]
    down = [line[column].casefold() for line in saved(api, f"{path}sort=-{column}")]
    assert len(set(up)) > 2
    assert down == up[::-1]
    both = ok(api, f"{path}sort={column}&limit=2")
    first = ok(api, f"{path}sort={column}&limit=1")
    second = ok(api, f"{path}sort={column}&limit=1&cursor={first['next']}")
    assert [*first[rows], *second[rows]] == both[rows]


@pytest.mark.parametrize("route", TABLES)
def test_words_that_no_row_has_leave_none_and_an_unknown_column_is_refused(
    api: TestClient, route: str
) -> None:
    path = f"{API}/{route}"
    assert ok(api, f"{path}find=no-such-words-anywhere")[TABLES[route][0]] == []
    answer = api.get(f"{path}sort=sideways")
    assert answer.status_code == 400
    assert "no column 'sideways' to sort by; there are" in answer.json()["detail"]


def test_the_fleet_has_the_same_table(api: TestClient) -> None:
    assert ok(api, f"{API}/fleet?facets=true&sort=-severity")["facets"]["kind"] == []
    assert saved(api, f"{API}/fleet?sort=model") == []
    assert api.get(f"{API}/fleet?sort=sideways").status_code == 400
