"""Words that exclude each other: opposites, and things of one kind.

`OPPOSITES` maps a word to its opposites (first: last; win: lose), `KINDS` to others of its kind (mother: father,
aunt; piano: violin). Both are the project's own lists, made for questions that a paragraph almost answers.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

# Either word stands for the other.
_PAIRS = """
first last, earliest latest, earlier later, early late, start finish, started finished, beginning ending,
begins ends, before after, previous next, prior subsequent, initial final, initially finally, newest oldest,
older younger, ancient modern, oldest youngest, largest smallest, biggest smallest, larger smaller, bigger
smaller, large small, big small, highest lowest, higher lower, high low, longest shortest, longer shorter,
greatest least, most least, maximum minimum, maximal minimal, best worst, better worse, strongest weakest,
stronger weaker, strong weak, fastest slowest, faster slower, fast slow, quickly slowly, richest poorest,
richer poorer, rich poor, hottest coldest, hotter colder, hot cold, warm cool, warmer cooler, wettest driest,
wet dry, deepest shallowest, widest narrowest, wide narrow, heaviest lightest, heavier lighter, hardest
softest, hardest easiest, harder easier, hard easy, difficult easy, easiest hardest, thicker thinner, cheap
expensive, nearest farthest, closest farthest, closer farther, loud quiet, louder quieter, quietest loudest,
busiest quietest, happy unhappy, happiest saddest, safe dangerous, safest deadliest, healthy sick, alive dead,
friend enemy, friends enemies, ally enemy, allies enemies, major minor, primary secondary, superior inferior,
upper lower, top bottom, inside outside, internal external, inner outer, interior exterior, above below,
upstream downstream, indoor outdoor, indoors outdoors, forward backward, north south, east west, northern
southern, eastern western, northernmost southernmost, easternmost westernmost, northeast southwest, northwest
southeast, northeastern southwestern, northwestern southeastern, northward southward, rural urban, public
private, publicly privately, domestic foreign, national international, local global, natural artificial,
permanent temporary, permanently temporarily, positive negative, positively negatively, active passive, direct
indirect, directly indirectly, formal informal, legal illegal, legally illegally, official unofficial,
officially unofficially, popular unpopular, successful unsuccessful, successfully unsuccessfully, possible
impossible, able unable, likely unlikely, important unimportant, common rare, commonly rarely, often rarely,
usually rarely, typically rarely, frequently rarely, generally rarely, normally rarely, mainly partly, always
never, sometimes never, equally unequally, fair unfair, fairly unfairly, visible invisible, voluntary
compulsory, optional mandatory, regular irregular, completely partially, entirely partially, fully partially,
accurate inaccurate, willing unwilling, dependent independent, liberal conservative, democratic undemocratic,
religious secular, male female, men women, man woman, boy girl, boys girls, king queen, kings queens, prince
princess, emperor empress, husband wife, husbands wives, son daughter, sons daughters, brother sister,
brothers sisters, mother father, mothers fathers, uncle aunt, nephew niece, parents children, teacher student,
teachers students, doctor patient, doctors patients, employer employee, employers employees, winner loser,
winners losers, victory defeat, victories defeats, success failure, successes failures, advantage
disadvantage, advantages disadvantages, benefit drawback, benefits drawbacks, strength weakness, strengths
weaknesses, pros cons, similarity difference, similarities differences, increase decrease, increases
decreases, profit loss, profits losses, gain loss, gains losses, rising falling, rose fell, risen fallen,
growth decline, grow shrink, grew shrank, growing shrinking, import export, imports exports, income expense,
arrival departure, entrance exit, entry exit, birth death, born killed, lived died, build destroy, builds
destroys, remember forget, remembered forgot, love hate, loved hated, loves hates, liked disliked, likes
dislikes, agree disagree, agreed disagreed, agrees disagrees, approve disapprove, allow forbid, permit forbid,
wake sleep, hidden shown, freeze melt, frozen melted, expand contract, marry divorce, married divorced, broke
repaired, broken repaired, morning evening, summer winter, spring autumn, sunrise sunset, optimistic
pessimistic, generous stingy, brave cowardly, polite rude, comfortable uncomfortable, satisfied dissatisfied,
pleased annoyed, helpful useless, useful useless, best-selling worst-selling, amateur professional, accidental
deliberate, accidentally deliberately, simple complicated, horizontal vertical, wholesale retail, lawful
unlawful, sunny rainy, drunk sober, asleep awake, arrived departed, entered departed, hard easy, causes
consequences, good bad, cheap expensive, born buried, arrives departs, attacked defended, attacking defending,
allowed banned, permitted banned
"""

# The second stands for the first, but not the first for the second.
_ONE_WAY = """
beginning end, hired fired, win lose, wins loses, won lost, winning losing, new old, premiered ended, join
leave, joined left, joins leaves, rose fell, tallest shortest, taller shorter, tall short, appear disappear,
appeared disappeared, began ended
"""

# Verbs whose -s, -ed and -ing forms are made from these.
_VERB_PAIRS = """
accept reject, add remove, add subtract, support oppose, encourage discourage, increase decrease, increase
reduce, improve worsen, expand reduce, strengthen weaken, create destroy, construct demolish, establish
abolish, invite banish, connect separate, include exclude, appoint dismiss, praise criticise, praise
criticize, admire despise, enjoy dislike, confirm deny, admit deny, promote demote, protect endanger, rescue
abandon, succeed fail, reveal conceal, discover conceal, enable prevent, cause prevent, produce consume, load
unload, attach detach, install uninstall, activate disable, obey disobey, purchase return, adopt repeal, open
close, contain lack, sign reject, recommend criticise, agree disagree, invade abandon, want refuse
"""

# A thing is one of a row and not another.
_KINDS = """
mother father sister brother aunt uncle cousin grandmother grandfather nephew niece son daughter wife husband,
piano violin guitar flute drum trumpet cello harp, dog cat horse cow sheep pig goat rabbit monkey, football
baseball basketball hockey cricket tennis rugby golf volleyball swimming, physics chemistry biology
mathematics geology astronomy economics philosophy psychology linguistics, architect engineer carpenter
surveyor, doctor lawyer teacher journalist farmer banker priest scientist soldier, bishop pope rabbi imam,
christianity islam judaism buddhism hinduism, christian muslim jewish buddhist hindu, christians muslims jews
buddhists hindus, catholic protestant orthodox, breakfast lunch dinner, coffee tea beer wine milk juice,
chicken beef pork fish lamb turkey, apple banana cherry lemon grape, cotton wool silk linen, kitchen bathroom
bedroom garage basement, car train bus bicycle motorcycle truck helicopter, hospital library museum theater
prison stadium hotel, school university kindergarten, earthquake flood hurricane drought volcano tsunami,
knife fork spoon plate, chair table bed sofa desk, temperature humidity, murder robbery kidnapping arson
fraud, drummer guitarist bassist vocalist pianist, queen princess duchess, emperor duke, skull spine rib, eyes
ears teeth, bird reptile mammal insect, birds reptiles mammals insects, bacteria viruses fungi, plants
animals, nouns verbs adjectives, democrat republican, democrats republicans, democratic republican, third
fourth fifth sixth seventh eighth ninth tenth, three four five six seven eight nine, daily weekly monthly
yearly, directed produced edited, built demolished sold, opened demolished, signed vetoed, elected impeached,
killed wounded rescued, crowned deposed, manufactured recycled, bought rented, novel poem biography, actor
singer, actress singer, book film album song newspaper opera, album book, river lake, mountain valley,
mountains valleys, rivers lakes, wood glass concrete steel plastic leather, gold silver bronze platinum, zinc
nickel aluminium, oxygen hydrogen nitrogen helium, coal oil uranium, diabetes malaria tuberculosis, liver lung
kidney, shoes gloves trousers, laptop printer camera headphones keyboard, mosque synagogue temple, governor
mayor senator ambassador chancellor, admiral colonel sergeant, wrote translated, written translated, founded
dissolved, invented banned, painted sold, grandson nephew cousin, stepfather godfather, anthem motto mascot,
illustrator translator, goalkeeper coach, weddings funerals, dogs cats horses, dog's cat's, songs books films,
albums films books, movie album, buildings bridges, churches hospitals, students teachers, lawyers doctors
engineers, engineer lawyer, farmers miners, soldiers sailors, ships aircraft, ship aircraft, tanks submarines,
trees shrubs, flowers roots seeds, kings popes presidents, treaty lawsuit, blender toaster kettle, pan kettle
knife, blade handle lid, vegetables meat, restaurant hotel bakery, bottle bag box, wedding divorce funeral,
university hospital airport, police firefighters, election referendum, sunday tuesday, boyfriend brother
uncle, girlfriend sister aunt, roommate boss, boss landlord, friend boss neighbor, bread rice pasta, schools
hospitals, producer composer editor cinematographer screenwriter, vacuum heater, bridge tunnel, army navy, red
blue green yellow purple orange pink brown grey
"""


def _rows(text: str) -> list[list[str]]:
    return [row.split() for row in text.split(",")]


def _forms(verb: str) -> tuple[str, str, str, str]:
    """Base, -s, -ed and -ing form of a regular verb."""
    if verb in _OTHER_FORMS:
        return _OTHER_FORMS[verb]
    if verb.endswith("y") and verb[-2] not in "aeiou":
        return verb, verb[:-1] + "ies", verb[:-1] + "ied", verb + "ing"
    if verb.endswith("e"):
        return verb, verb + "s", verb + "d", verb[:-1] + "ing"
    ending = "es" if verb.endswith(("s", "x", "sh", "ch")) else "s"
    return verb, verb + ending, verb + "ed", verb + "ing"


_OTHER_FORMS = {
    "admit": ("admit", "admits", "admitted", "admitting"),
    "disagree": ("disagree", "disagrees", "disagreed", "disagreeing"),
    "agree": ("agree", "agrees", "agreed", "agreeing"),
}


def _table(rows: Iterable[Iterable[str]]) -> dict[str, tuple[str, ...]]:
    """For each word, the others of its rows, in order and without repeats."""
    others: dict[str, list[str]] = {}
    for row in rows:
        words = list(row)
        for word in words:
            related = others.setdefault(word, [])
            related.extend(other for other in words if other != word and other not in related)
    return {word: tuple(related) for word, related in others.items()}


_VERBS = [list(form) for pair in _rows(_VERB_PAIRS) for form in zip(*map(_forms, pair), strict=True)]

BASE_VERBS = frozenset(word for pair in _rows(_VERB_PAIRS) for word in pair) | {"build"}
"""The forms of verbs that can be nouns or adjectives too ("support", "separate")."""

OPPOSITES: Mapping[str, tuple[str, ...]] = {first: (second,) for first, second in _rows(_ONE_WAY)} | _table(
    _rows(_PAIRS) + _VERBS
)
KINDS: Mapping[str, tuple[str, ...]] = _table(_rows(_KINDS))
