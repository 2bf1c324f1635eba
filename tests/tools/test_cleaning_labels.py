"""The labels of news pages hold no text of the pages: those may not be redistributed."""

from __future__ import annotations

import json
import re

from tools.fit_cleaning import LABELS


def test_labels_are_addresses_letters_and_hashes_alone() -> None:
    rows = [json.loads(line) for line in LABELS.read_text(encoding="utf-8").splitlines()]
    assert len(rows) == 40
    for row in rows:
        assert set(row) == {"url", "labels", "blocks"}
        assert re.fullmatch(r"https?://\S+", row["url"])
        assert re.fullmatch(r"[TSBDCR]+", row["labels"])
        assert len(row["labels"]) == len(row["blocks"])
        assert all(re.fullmatch(r"[0-9a-f]{12}", block) for block in row["blocks"])
