"""Which pronoun fits what a question names, in which form."""

from __future__ import annotations

import re
from collections import Counter
from typing import Literal

from assistant.reading.training.rewriting.mentions import Mention
from assistant.reading.training.rewriting.standing import ADJECTIVE, Role
from assistant.reading.training.rewriting.words import AUXILIARIES, FUNCTION_WORDS, is_plural, looks_inflected, word_set

Kind = Literal["he", "she", "they", "it", "place", "time"]

_FORMS: dict[str, dict[Role, str]] = {
    "he": {"subject": "he", "object": "him", "possessive": "his"},
    "she": {"subject": "she", "object": "her", "possessive": "her"},
    "they": {"subject": "they", "object": "them", "possessive": "their"},
    "it": {"subject": "it", "object": "it", "possessive": "its"},
}
_SPOKEN = re.compile(r"\b(he|him|his|himself|she|her|hers|they|them|their|it|its)\b", re.IGNORECASE)
_KIND_OF = {
    **dict.fromkeys(("he", "him", "his", "himself"), "he"),
    **dict.fromkeys(("she", "her", "hers"), "she"),
    **dict.fromkeys(("they", "them", "their"), "they"),
    **dict.fromkeys(("it", "its"), "it"),
}
_REACH = 160  # characters after a name in which a pronoun may stand for it
_MALE = re.compile(
    r"\b(?:Mr|Captain|General|Colonel|Admiral|Sir|King|Prince|Lord|Pope|Emperor|Father|Brother|Duke|James|John|Robert|Michael|William|David|Richard"
    r"|Joseph|Thomas|Charles|Christopher|Daniel|Matthew|Anthony|Mark|Donald|Steven|Stephen|Paul|Andrew|Joshua|Kenneth"
    r"|Kevin|Brian|George|Edward|Ronald|Timothy|Jason|Jeffrey|Ryan|Jacob|Gary|Eric|Jonathan|Justin|Scott|Brandon"
    r"|Benjamin|Samuel|Frank|Gregory|Raymond|Alexander|Patrick|Jack|Dennis|Peter|Henry|Adam|Arthur|Albert|Louis|Carl"
    r"|Karl|Martin|Walter|Fred|Frederick|Franklin|Simon|Isaac|Philip|Harry|Jesus|Muhammad|Mohammed|Ali|Napoleon|Kanye"
    r"|Barack|Winston|Theodore?|Genghis|Ludwig|Wolfgang|Nikola|Leonardo|Galileo|Steve|Bill|Bob|Tom|Jim|Joe|Sam|Tim|Chris|Dan|Ben"
    r"|Nick|Mike|Dave|Alfred|Abraham|Hugh|Roger|Ralph|Ernest|Eugene|Howard|Lawrence|Douglas|Oscar|Victor|Vincent|Stanley"
    r"|Leonard|Marcus|Julius|Constantine|Aristotle|Plato|Socrates|Antonio|Carlos|Juan|Jose|Luis|Pierre|Jean|Hans|Ivan|Vladimir|Otto|Max|Friedrich|Johann|boy|king"
    r"|father|husband|son|brother|uncle|grandfather|man|emperor|prince|actor|dad|pope|duke)\b"
)
_FEMALE = re.compile(
    r"\b(?:Mrs|Ms|Miss|Queen|Princess|Lady|Empress|Mother|Sister|Mary|Patricia|Jennifer|Linda|Elizabeth|Barbara|Susan"
    r"|Jessica|Sarah|Karen|Lisa|Nancy|Betty|Margaret|Sandra|Ashley|Kimberly|Emily|Donna|Michelle|Carol|Amanda|Dorothy"
    r"|Melissa|Deborah|Stephanie|Rebecca|Laura|Helen|Sharon|Cynthia|Kathleen|Amy|Angela|Shirley|Anna|Ruth|Brenda"
    r"|Pamela|Nicole|Katherine|Catherine|Virginia|Christine|Beyonc[eé]|Victoria|Diana|Jane|Alice|Marie|Julia|Grace|Rose"
    r"|Joan|Eleanor|Hillary|Angelina|Isabella|Maria|Eva|Madonna|Solange|Rihanna|Adele|girl|queen|mother|wife|daughter"
    r"|sister|aunt|grandmother|woman|empress|princess|actress|mom|mum|lady)\b"
)
_PERSON_NOUNS = word_set(
    """gamer climber inquirer scammer accompanist questioner musician journalist reporter worker people ruler monarch
    author writer person reviewer user customer poster buyer owner narrator speaker player character president
    minister leader king queen director singer artist actor actress composer scientist professor teacher student
    doctor lawyer judge officer soldier general governor mayor senator emperor prince princess bishop pope guy
    friend boyfriend girlfriend roommate boss child kid baby man woman boy girl son daughter mother father brother
    sister wife husband uncle aunt op commenter redditor driver seller founder inventor philosopher poet commander
    candidate coach victim suspect patient dad mom"""
)
_PLACE_NOUNS = word_set(
    """city town village country state province region district county island capital university college school museum
    church cathedral temple park river lake mountain valley desert airport station building stadium hospital library
    hotel restaurant house home room street continent kingdom empire republic area campus palace castle port
    neighbourhood neighborhood borough suburb store shop office kitchen"""
)
_PLACES = word_set(
    """africa asia europe america australia antarctica england scotland wales ireland britain france germany spain
    portugal italy greece turkey russia ukraine poland sweden norway denmark finland iceland netherlands belgium
    switzerland austria hungary romania bulgaria serbia croatia egypt libya tunisia algeria morocco nigeria ghana
    kenya ethiopia somalia sudan uganda congo zimbabwe israel palestine lebanon syria iraq iran jordan kuwait yemen
    qatar india pakistan bangladesh nepal tibet china japan korea taiwan mongolia vietnam thailand cambodia myanmar
    malaysia singapore indonesia philippines canada mexico cuba haiti brazil argentina chile peru colombia venezuela
    bolivia ecuador uruguay paraguay texas california florida oklahoma tennessee ohio michigan virginia georgia
    alaska hawaii alabama arizona colorado kansas kentucky louisiana maine maryland minnesota missouri montana
    nevada oregon utah london paris berlin munich hamburg rome milan florence venice madrid barcelona valencia
    lisbon athens istanbul moscow warsaw prague vienna budapest brussels amsterdam stockholm oslo copenhagen dublin
    edinburgh glasgow liverpool manchester plymouth southampton bern zurich geneva cairo lagos nairobi jerusalem
    baghdad tehran mecca delhi mumbai hyderabad karachi kathmandu beijing shanghai nanjing guangzhou sichuan tokyo
    osaka kyoto seoul hanoi bangkok manila jakarta sydney melbourne brisbane detroit chicago boston philadelphia
    houston miami seattle atlanta tucson york francisco angeles diego haven raleigh toronto montreal vancouver rio
    bermuda greenland burma carolina dakota jersey hampshire zealand leone faso helena bronx brooklyn manhattan
    queens cork"""
)
_TIME_NOUNS = word_set("year century decade era period war season day month week summer winter dynasty age")
_TIMES = re.compile(
    r"\d0s$|\bWorld War|\bWar$|^WW|\bCentury$|\bRevolution$|\bWar II?$|\bAges?$|\bRenaissance$"
    r"|^(?:January|February|March|April|May|June|July|August|September|October|November|December)\b.*\d"
)
_LIFE = re.compile(
    r"(?:['’]s)?\s+(?:\w+ )?(?:born|die[ds]?|death|marr\w+|wife|husband|son|daughter|father|mother|parents|career"
    r"|childhood|birth\w*|says?|said|stat(?:ed?|ing)|claims?|claimed|belie\w+|thinks?|thought|feels?|felt|writes?|wrote|sings?|sang"
    r"|stint|lifespan|named|appointed|elected|crowned|baptised|baptized|raised|salary|profession|occupation|nationality|graduat\w+|resign\w*|retire\w*|spouse|ex-\w+|friend|girlfriend"
    r"|boyfriend|studied|learn\w*|attend|attended)\b"
)
_BUILT = re.compile(
    r"\s+(?:\w+ly )?(?:located|situated|founded|established|launched|released|built|published|opened)\b"
)
_NAMED_THINGS = re.compile(
    r"\b(?:University|College|School|Party|Company|Corporation|Inc|Committee|Council|Army|Navy|Church|Club|Band|Board"
    r"|Agency|Department|Ministry|Court|Congress|Parliament|Empire|Act|Treaty|War|Union|League|Association|Museum|Society"
    r"|Institute|Organization|Foundation|Bank|Group|Network|Party|Movement|Dynasty|House|Festival|Award|Cup|Prize|Bridge"
    r"|River|Ocean|Sea|Mountains?|Island)\b"
)
_NO_CATEGORY = word_set(
    """all else other one exactly kind type sort year date percent percentage name part number time day century way two
    three"""
)
_WHO = re.compile(r"\bwho(?:m|se)?\b", re.IGNORECASE)
_NOT_A_PERSON = re.compile(rf"{_NAMED_THINGS.pattern}|(?:ism|ity|ics|ology|Islam|Bible|Games?)$")
_GROUP_NOUNS = word_set("team band company group family government police staff crew bank couple gang club")
_AGREEING = {"is": "are", "was": "were", "has": "have", "does": "do"}


def kind_of(mention: Mention, earlier_question: str, question: str, context: str) -> Kind:
    """What sort of pronoun fits: by what was asked, its words and the context."""
    words = mention.text.split()
    head = words[-1].strip(".,").lower()
    if mention.is_year or (mention.is_answer and _asked(earlier_question, "when|what year|which year|what date")):
        return "time"
    if _TIMES.search(mention.text) or (head.removesuffix("s") in _TIME_NOUNS and mention.role == "object"):
        return "time"
    if mention.plural or (not mention.is_name and is_plural(head)):
        return "they"
    if mention.is_answer and _asked(
        earlier_question, "where|(?:in |at |to |from )?(?:what|which) (?:city|country|town|state)"
    ):
        return "place"
    if head in _PLACES or head in _PLACE_NOUNS:
        return "place"
    person = _person(mention, earlier_question, question, context)
    if person or not mention.is_name:
        return person or ("they" if head in _GROUP_NOUNS and _nearest(mention, context) == "they" else "it")
    return "they" if _is_people(mention.text, context) else "it"


def category_of(mention: Mention, kind: Kind, earlier_question: str) -> str | None:
    """What else than a pronoun can stand for it: "college" for a college, "team" after "Which team …"; or None."""
    head = mention.text.split()[-1]
    if mention.is_name and " " in mention.text and _NAMED_THINGS.fullmatch(head):
        return head.lower()
    return _asked_category(earlier_question) if mention.is_answer and kind in ("it", "place") else None


def pronoun(kind: Kind, role: Role) -> str:
    """The form of a pronoun; places and times are "it" where no "there" or "then" can stand."""
    return _FORMS["it" if kind in ("place", "time") else kind][role]


def with_agreement(before: str, after: str) -> tuple[str, str] | None:
    """The text around a "they" with the verb beside it in the plural: "was they" becomes "were they".

    None when the verb cannot be told to be one that has another form.
    """
    following = re.match(r"\s+(is|was|has|does)\b", after)
    if following:
        return before, after[: following.start(1)] + _AGREEING[following.group(1)] + after[following.end(1) :]
    preceding = re.search(r"\b(is|was|has|does)\s+$", before, re.IGNORECASE)
    if preceding:
        verb = preceding.group(1)
        plural = _AGREEING[verb.lower()]
        plural = plural.capitalize() if verb[0].isupper() else plural
        return before[: preceding.start(1)] + plural + before[preceding.end(1) :], after
    if re.match(r"\s+[a-z]+[^su]s\b", after) and not re.search(rf"\b(?:{'|'.join(AUXILIARIES)})\s+$", before):
        return None
    return before, after


def _asked(question: str, opening: str) -> bool:
    return bool(re.match(rf"(?:{opening})\b", question.strip(), re.IGNORECASE))


def _person(mention: Mention, earlier_question: str, question: str, context: str) -> Kind | None:
    """He, she or they for a person; None for anything that is not known to be one."""
    if mention.text.split()[-1].lower() in _PERSON_NOUNS:
        return _by_name(mention.text.split()[-1]) or _he_or_she(_nearest(mention, context)) or "they"
    text = re.sub("^[Tt]he ", "", mention.text)
    if not mention.is_name or text.isupper() or len(text.split()) > 4 or _NOT_A_PERSON.search(text):
        return None
    asked_for = mention.is_answer and _asks_for_person(earlier_question)
    if not asked_for and (mention.is_answer or text != mention.text):
        return None
    said = f"{earlier_question} {question}"
    if re.search(re.escape(text) + _BUILT.pattern, said):
        return None
    full = re.search(rf"\b([A-Z]\w+) (?:[A-Z]\w*\.? )?{re.escape(text)}\b", f"{said} {context}")
    named = _by_name(full.group(1) if full else text) or _by_name(text)
    inside = re.search(r"\b(?:in|at|near|inside|from)\s+$", question[: mention.start], re.IGNORECASE)
    if not (named or asked_for) and (inside or _is_used_as_a_place(text, context)):
        return None
    if named or (own := _own_pronoun(question)):
        return named or own
    lives = re.search(re.escape(mention.text) + _LIFE.pattern, said)
    if " " in text and mention.role == "object" and not (asked_for or lives):
        return None
    frequent = _he_or_she(_most_frequent(context))
    nearest = frequent and _he_or_she(_nearest(mention, context))
    return nearest or frequent or ("they" if asked_for or lives else None)


def _own_pronoun(question: str) -> Kind | None:
    """What the question itself calls the one it names: "What did Chopin leave to his sister?"."""
    spoken = _SPOKEN.search(question)
    return _he_or_she(_KIND_OF[spoken.group().lower()]) if spoken else None


def _asks_for_person(question: str) -> bool:
    return bool(_WHO.search(question)) or _asked_category(question) in _PERSON_NOUNS


def _is_people(name: str, context: str) -> bool:
    """Whether a name is a nation or of more than one: "the French", "Cubists" where the context says "Cubist"."""
    words = name.split()
    if len(words) == 2 and words[0].lower() == "the" and ADJECTIVE.search(name):
        return True
    return is_plural(words[-1]) and bool(re.search(rf"\b{re.escape(name[:-1])}\b", context))


def _is_used_as_a_place(name: str, context: str) -> bool:
    """Whether the context has it after "in" or "the", and never has it live or say anything."""
    stands = re.search(rf"\b(?:in|at|on|into|from|the|across|throughout) {re.escape(name)}\b(?!['’]s)", context)
    return bool(stands) and not re.search(re.escape(name) + _LIFE.pattern, context)


def _by_name(name: str) -> Kind | None:
    if _FEMALE.match(name):
        return "she"
    return "he" if _MALE.match(name) else None


def _he_or_she(kind: str | None) -> Kind | None:
    return "he" if kind == "he" else "she" if kind == "she" else None


def _most_frequent(context: str) -> str | None:
    counts = Counter(_KIND_OF[spoken.lower()] for spoken in _SPOKEN.findall(context))
    return counts.most_common(1)[0][0] if counts else None


def _nearest(mention: Mention, context: str) -> str | None:
    """The pronoun that most often comes first after a mention in the context."""
    name = mention.text.split()[-1]
    counts: Counter[str] = Counter()
    at = context.find(name)
    for _ in range(6):
        if at < 0:
            break
        spoken = _SPOKEN.search(context, at + len(name), at + len(name) + _REACH)
        if spoken:
            counts[_KIND_OF[spoken.group().lower()]] += 1
        at = context.find(name, at + 1)
    return counts.most_common(1)[0][0] if counts else None


def _asked_category(question: str) -> str | None:
    """What "which company did …" asks for: "company"."""
    asked = re.match(
        r"(?:(?:in|at|on|for|to|from|by|with) )?(?:what|which) ((?:[\w'’-]+ ){1,3})", question, re.IGNORECASE
    )
    if asked is None:
        return None
    words: list[str] = []
    for word in asked.group(1).lower().split():
        if word in AUXILIARIES or looks_inflected(word):
            return words[-1] if words and words[-1] not in _NO_CATEGORY and words[-1].isalpha() else None
        if word in FUNCTION_WORDS:
            return None
        words.append(word)
    return None
