from __future__ import annotations

import subprocess
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.articles.language import detect_language, stated_code

ENGLISH = (
    "The harbour of Port Emry will be closed to cargo ships for nine weeks, its director said on Thursday. Engineers "
    "found cracks in two of the four cranes after a storm in late March, he said, and the work will not be done before "
    "June. The ships that had been on their way to the town have been sent to other ports."
)
#: Full of words that English has too: "a", "an", "as", "is", "in", "of", "was", "so".
DUTCH = (
    "De haven van Emry blijft negen weken dicht voor vrachtschepen, zei de directeur donderdag. Er was in de nacht een "
    "storm en twee van de vier kranen zijn stuk. Of het werk in juni klaar is, weten we nog niet, zei hij. In het dorp "
    "is men bang dat er geen brood meer is, want alles komt over zee. De vissers hadden in maart al gewaarschuwd."
)
IRISH = (
    "Tá an calafort dúnta ar feadh naoi seachtaine, a dúirt an stiúrthóir Déardaoin. Bhí stoirm ann san oíche agus tá "
    "dhá cheann de na ceithre chrann tógála briste. Níl a fhios againn an mbeidh an obair déanta i mí an Mheithimh, a "
    "dúirt sé. Tá eagla ar mhuintir an bhaile nach mbeidh arán a ndóthain acu, mar is thar an bhfarraige a thagann "
    "gach rud. An bhfuil a fhios ag an rialtas? Is é an freagra a fuair siad ná nach bhfuil."
)
GERMAN = "Der Hafen von Emry bleibt neun Wochen lang für Frachtschiffe geschlossen, sagte der Direktor am Donnerstag. "
DANISH = "Havnen i Emry bliver lukket for fragtskibe i ni uger, sagde direktøren torsdag. Der var en storm i nat. "
ARABIC = "قال مدير ميناء إمري يوم الخميس إن الميناء سيظل مغلقا أمام سفن الشحن لمدة تسعة أسابيع بعد عاصفة ليلية."


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", ENGLISH),
        ("en", "Port Emry to close for nine weeks"),
        ("nl", DUTCH),
        ("de", GERMAN),
        ("da", DANISH),
        ("ar", ARABIC),
        ("fr", "Le port d'Emry restera fermé aux cargos pendant neuf semaines, a déclaré jeudi son directeur."),
        ("es", "El puerto de Emry permanecerá cerrado a los cargueros durante nueve semanas, dijo su director."),
        ("he", "נמל אמרי ייסגר לאוניות משא למשך תשעה שבועות, אמר מנהל הנמל ביום חמישי."),
        ("ja", "エムリー港は九週間にわたり貨物船の入港を停止すると、港長が木曜日に述べた。"),
        ("zh", "埃姆里港口主任周四表示，港口将对货船关闭九周。夜间的风暴损坏了四台起重机中的两台。"),
        ("ko", "엠리 항구는 9주 동안 화물선의 입항을 금지한다고 항구 책임자가 목요일 밝혔다."),
        ("ru", "Порт Эмри будет закрыт для грузовых судов на девять недель, сообщил в четверг его директор."),
        ("uk", "Порт Емрі буде закритий для вантажних суден на дев'ять тижнів, повідомив у четвер його директор."),
        ("th", "ผู้อำนวยการท่าเรือเอ็มรีกล่าวเมื่อวันพฤหัสบดีว่าท่าเรือจะปิดรับเรือสินค้าเป็นเวลาเก้าสัปดาห์"),
    ],
)
def test_languages(language: str, text: str) -> None:
    found = detect_language(text)
    assert found is not None
    assert found[0] == language


def test_irish_is_not_taken_for_english_by_its_short_words() -> None:
    assert detect_language(IRISH) is None
    assert detect_language(IRISH, "ga-IE") == ("ga", 0.6)


@pytest.mark.parametrize("text", ["", "   ", "12:30 2026 – 17", "Trump wins", "東京", "\ud800\udfff", "…" * 100])
def test_of_too_few_letters_only_what_is_stated_counts(text: str) -> None:
    assert detect_language(text) is None
    assert detect_language(text, "ja") == ("ja", 0.6)
    assert detect_language(text, "none") is None


@pytest.mark.parametrize(
    ("text", "claims", "expected"),
    [
        (ENGLISH, "en-GB", ("en", 0.99)),
        (ENGLISH, "ja", ("en", 0.95)),
        (DUTCH, "nl", ("nl", 0.99)),
        (DUTCH, "en_US", ("nl", 0.95)),
        (GERMAN, "nds", ("de", 0.95)),
        (GERMAN, "lb", ("lb", 0.6)),
        (DANISH, "nb", ("nb", 0.6)),
        ("Port Emry closes for weeks", "fr", ("fr", 0.6)),
    ],
)
def test_a_stated_language_wins_unless_plainly_contradicted(
    text: str, claims: str, expected: tuple[str, float]
) -> None:
    assert detect_language(text, claims) == expected


def test_agreement_is_surest_and_mixed_scripts_are_decided_by_most_of_the_text() -> None:
    assert detect_language(f"{ENGLISH} {ARABIC}") == ("en", 0.95)
    found = detect_language(f"{ARABIC} {ARABIC} {ARABIC} BREAKING: Reuters")
    assert found is not None
    assert found[0] == "ar"


@pytest.mark.parametrize(
    ("claims", "code"),
    [
        ("en", "en"),
        ("EN-us", "en"),
        (" pt_BR ", "pt"),
        ("zh-Hans-CN", "zh"),
        ("English", "en"),
        ("eng", "en"),
        ("iw", "he"),
        ("de, en", "de"),
        ("us", None),
        ("xx", None),
        ("", None),
        ("日本語", None),
        ("C", None),
    ],
)
def test_stated_codes(claims: str, code: str | None) -> None:
    assert stated_code(claims) == code


def test_plain_english_never_loads_the_model() -> None:
    script = (
        "import sys; from assistant.articles.language import detect_language;"
        f"print(detect_language({ENGLISH!r}), 'py3langid' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "('en', 0.95) False"


@settings(deadline=None)
@given(st.text(max_size=200), st.none() | st.text(max_size=10))
def test_any_text_is_safe(text: str, claims: str | None) -> None:
    found = detect_language(text, claims)
    assert found is None or (len(found[0]) == 2 and 0 < found[1] <= 1)
