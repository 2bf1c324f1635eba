"""Words that tell what kind of answer a question asks for."""

from __future__ import annotations


def _words(listed: str) -> frozenset[str]:
    return frozenset(listed.split())


#: "How" before one of these asks for a measure, not for a manner.
MEASURES = _words(
    """
    many much long old far often tall big large high deep fast quickly soon early late likely heavy wide broad strong
    frequently hot cold warm expensive cheap close near small short low few little thick young rich poor wealthy
    popular common rare dangerous severe accurate successful important powerful steep hard loud bright regularly well
    good bad badly certain sure serious probable recently slow slowly dense
    """
)
NUMBERS = _words(
    """
    two three four five six seven eight nine ten eleven twelve several various multiple
    """
)
DETERMINERS = _words(
    """
    the a an this that these those his her its their our my your some any all no every
    """
)
IRREGULAR_PLURALS = _words(
    """
    people men women children police criteria phenomena feet teeth media
    """
)
#: Words that end in "s" and are one thing, or no noun.
NO_PLURALS = _words(
    """
    news series happens means always is was has does this its his gas lens species headquarters congress ours yours
    perhaps texas paris les los us afterwards towards besides times as politics
    chaos canvas bias atlas christmas asbestos
    """
)
#: With a capital, one event each.
EVENTS = _words(
    """
    Games Olympics Paralympics
    """
)
#: Nouns that stand before another noun and do little else: "news agencies".
NOUNS_THAT_DESCRIBE = _words(
    """
    news aid oil trade energy drug tech
    """
)
#: Verbs that look like plural nouns and follow "what", or the noun after "which", where no auxiliary follows them.
VERBS_OF_ONE = _words(
    """
    causes shows gets turns makes keeps stands drives leads brings gives takes holds helps stops means comes goes lives
    says wants needs runs sits lies works hits kills plays wins owns
    offers
    """
)
#: After the noun of "What are the …" these say what is done with it: the noun is given, and something else asked.
ABOUT_THE_NOUN = _words(
    """
    called named known used made required supposed expected forced asked told allowed considered found taught based
    responsible able brought trying going doing looking planning hoping fighting about like worth due likely unable
    ready working calling accused charged said thought believed being not now currently apparently also still
    sometimes often usually afraid angry concerned worried designed
    """
)
#: "How" before one of these, without an auxiliary: "how he won".
PRONOUNS = _words(
    """
    he she it they we you i one someone people
    """
)
#: Verbs that follow a plural subject and do not look like one.
VERBS = _words(
    """
    took won made gave led lost met held fought went came said say says support supported oppose use used have make
    take play belong border became become began begin got get left live lie run ran saw see sent show sold spoke stand
    stood think thought told want wear wore work write wrote contain contribute exist grow hold include know lead need
    occur offer produce provide receive require share speak win still first also never won't most were had did beat
    broke brought built bought caused cause comprise form flow help kept knew paid put rose sang signed struck sought
    taught threw understand withdrew affect appear attend call consist differ not he she they we i
    """
)
