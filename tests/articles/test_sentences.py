from __future__ import annotations

import pytest

from assistant.articles import sentence_spans


def sentences(text: str) -> list[str]:
    return [text[start:end] for start, end in sentence_spans(text)]


@pytest.mark.parametrize(
    "sentence",
    [
        "He met U.S. President Donald Trump.",
        "The U.N. Security Council met.",
        "U.S. Secretary of State Mike Pompeo came with Mr. Kim.",
        "They will meet on Feb. 27 and 28 in Vietnam.",
        "The forum, on Sept. 11-13, is in Russia.",
        "She left at 5 p.m. Tuesday.",
        "It fell shortly after 9 p.m. Sept. 22, he said.",
        "J. K. Rowling and John F. Kennedy Jr. wrote to Sen. Ted Cruz.",
        "Sen. Chuck Schumer, D-N.Y., won.",
        "Voters opposed Prop. 205 by 3.5 points.",
        "“I do not know. It may be so,” one of them said.",
        "😀 It was Dr. No's idea, said 𝔘𝔫𝔦.",
    ],
)
def test_is_one_sentence(sentence: str) -> None:
    assert sentences(f"{sentence} Then it rained.") == [sentence, "Then it rained."]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("He left at 5 p.m. She stayed.", ["He left at 5 p.m.", "She stayed."]),
        ("She stayed in the U.S. Then it rained.", ["She stayed in the U.S.", "Then it rained."]),
        ('"It ended." She left.', ['"It ended."', "She left."]),
        ("“It ended.” She left.", ["“It ended.”", "She left."]),
        ("Really?! Yes.", ["Really?!", "Yes."]),
        ("Headline without stop\n\nFirst. Second.", ["Headline without stop", "First.", "Second."]),
        ("One\r\n\r\nTwo", ["One", "Two"]),
        ("A line\nwrapped here. Next.", ["A line\nwrapped here.", "Next."]),
        ("日本は。東京。", ["日本は。", "東京。"]),
        ("", []),
        (" \n\n\t", []),
    ],
)
def test_boundaries(text: str, expected: list[str]) -> None:
    assert sentences(text) == expected
