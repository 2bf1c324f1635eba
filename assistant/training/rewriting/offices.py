"""Offices that people hold, as news names them."""

from __future__ import annotations

import re

from assistant.training.rewriting.words import phrase_set

# A row for each field of life; names of one office stand between semicolons. Nobody holds two of a row as a rule, and
# words as wide as "head" or "leader" are not here.
_ROWS = (
    "chief executive, chief executive officer; finance chief, chief financial officer, finance director; chairman,"
    " chairwoman; founder; treasurer; chief engineer; chief scientist; spokesman; spokeswoman",
    "mayor; deputy mayor; council leader; treasurer; police chief, chief of police; fire chief; city manager",
    "prime minister; deputy prime minister; president; vice president; foreign minister; finance minister; defence"
    " minister, defense minister; health minister; education minister; governor; senator; ambassador; attorney general",
    "head coach; assistant coach; captain; goalkeeper; club president; team doctor",
    "head teacher, headmaster, headmistress; deputy head; school governor",
    "archbishop; bishop; pope; cardinal",
    "conductor; choreographer; screenwriter; director; producer; composer; drummer; bassist; lead singer",
    "prosecutor; defence lawyer, defense lawyer; judge; coroner",
)
#: Fields, and in each its offices: the names of one office each.
FIELDS = tuple(tuple(phrase_set(names) for names in row.split(";")) for row in _ROWS)
_NAMES = sorted({name for field in FIELDS for office in field for name in office}, key=len, reverse=True)
OFFICE = re.compile(rf"\b(?:{'|'.join(_NAMES)})\b", re.IGNORECASE)


def others_of(office: str) -> list[str]:
    """Names of other offices in the same fields, sorted."""
    fields = [field for field in FIELDS if any(office in names for names in field)]
    return sorted({name for field in fields for names in field if office not in names for name in names})
