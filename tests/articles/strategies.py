"""Texts of the kind that break offsets."""

from __future__ import annotations

from hypothesis import strategies as st

_ODD = ["\r\n", "\n", "\r", "\n\n", "\u2028", "\x0b", "\x0c", "\x00", "\ufeff", "\xa0", "\u200b", "\u200f", "\t", "  "]
_WORDS = [
    "Kim",
    "said",
    "the",
    "summit",
    "U.S.",
    "Mr.",
    "5 p.m.",
    "Feb. 27",
    "“Yes.”",
    "(AP)",
    "©",
    "Subscribe now",
    "©2018 X",
    "שלום",
    "مرحبا",
    "e\u0301",
    "👩‍👩‍👧",
    "𝔘𝔫𝔦",
    "東京。",
    "🇯🇵",
    ".",
    "!",
    "?",
    "---",
    "# Title",
    "READ MORE: x",
    "* item",
    "|",
]
_ARTICLE_LINES = [
    "The minister said on Monday that the talks would go on until the end of the week.",
    "Share",
    "By Jane Doe",
    "Officials in the capital gave no further detail, but they did not deny the report of the agency.",
]
soup = st.lists(
    st.one_of(
        st.sampled_from(_ODD),
        st.sampled_from(_WORDS),
        st.just(" "),
        st.sampled_from(_ARTICLE_LINES),
        st.text(st.characters(exclude_categories=("Cs",)), max_size=8),
    ),
    max_size=40,
).map("".join)
