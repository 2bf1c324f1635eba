from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from assistant.articles.formats import content_hash
from assistant.records import Stated

_STATED = st.lists(
    st.builds(Stated, st.sampled_from(["title", "url"]), st.text(max_size=5), st.text(max_size=5)), max_size=3
)


def test_the_form_is_fixed() -> None:
    stated = [Stated("url", "https://a.example/é", "field 'url'")]
    assert content_hash("Text.", stated) == "69162255eba911f20dc8fc0e54567352fe0ff0f83cb9a44f5f3508e6c0fc0d88"


@given(st.text(max_size=5), _STATED, st.text(max_size=5), _STATED)
def test_it_changes_if_and_only_if_the_content_does(
    text: str, stated: list[Stated], other: str, more: list[Stated]
) -> None:
    content = (text, [(each.field, each.value) for each in stated])
    same = content == (other, [(each.field, each.value) for each in more])
    assert (content_hash(text, stated) == content_hash(other, more)) is same
    assert content_hash(text, stated) == content_hash(
        text, [Stated(s.field, s.value, "elsewhere", 0.1) for s in stated]
    )
