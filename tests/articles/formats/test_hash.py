from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from assistant.articles.formats import content_hash
from assistant.records import Claim

_STATED = st.lists(
    st.builds(Claim, st.sampled_from(["title", "url"]), st.text(max_size=5), st.text(max_size=5)), max_size=3
)


def test_the_form_is_fixed() -> None:
    claims = [Claim("url", "https://a.example/é", "field 'url'")]
    assert content_hash("Text.", claims) == "69162255eba911f20dc8fc0e54567352fe0ff0f83cb9a44f5f3508e6c0fc0d88"


@given(st.text(max_size=5), _STATED, st.text(max_size=5), _STATED)
def test_it_changes_if_and_only_if_the_content_does(
    text: str, claims: list[Claim], other: str, more: list[Claim]
) -> None:
    content = (text, [(each.field, each.value) for each in claims])
    same = content == (other, [(each.field, each.value) for each in more])
    assert (content_hash(text, claims) == content_hash(other, more)) is same
    assert content_hash(text, claims) == content_hash(text, [Claim(s.field, s.value, "elsewhere", 0.1) for s in claims])
