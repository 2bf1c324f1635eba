"""Words that exclude each other: opposites, and things of one kind.

`OPPOSITES` maps a word to its opposites (first: last; win: lose), `KINDS` to others of its kind (mother: father,
aunt; piano: violin). Both are the project's own lists, made for questions that a paragraph almost answers.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

# Either word stands for the other.
_PAIRS = """
first last, earliest latest, earlier later, early late, beginning end, start finish, started finished, begin
end, began ended, beginning ending, begins ends, before after, previous next, prior subsequent, initial final,
initially finally, former latter, newest oldest, new old, older younger, old young, ancient modern, oldest
youngest, largest smallest, biggest smallest, larger smaller, bigger smaller, large small, big small, highest
lowest, higher lower, high low, tallest shortest, taller shorter, tall short, longest shortest, longer
shorter, greatest least, most least, more less, maximum minimum, maximal minimal, best worst, better worse,
strongest weakest, stronger weaker, strong weak, fastest slowest, faster slower, fast slow, quickly slowly,
richest poorest, richer poorer, rich poor, hottest coldest, hotter colder, hot cold, warm cool, warmer cooler,
wettest driest, wet dry, deepest shallowest, widest narrowest, wide narrow, heaviest lightest, heavier
lighter, hardest softest, hardest easiest, harder easier, hard easy, difficult easy, easiest hardest, thicker
thinner, cheap expensive, nearest farthest, closest farthest, closer farther, loud quiet, louder quieter,
quietest loudest, busiest quietest, happy unhappy, happiest saddest, safe dangerous, safest deadliest, healthy
sick, alive dead, friend enemy, friends enemies, ally enemy, allies enemies, major minor, majority minority,
primary secondary, superior inferior, upper lower, top bottom, inside outside, internal external, inner outer,
interior exterior, above below, upstream downstream, indoor outdoor, indoors outdoors, forward backward, north
south, east west, northern southern, eastern western, northernmost southernmost, easternmost westernmost,
northeast southwest, northwest southeast, northeastern southwestern, northwestern southeastern, northward
southward, rural urban, public private, publicly privately, domestic foreign, national international, local
global, natural artificial, permanent temporary, permanently temporarily, positive negative, positively
negatively, active passive, direct indirect, directly indirectly, formal informal, legal illegal, legally
illegally, official unofficial, officially unofficially, popular unpopular, successful unsuccessful,
successfully unsuccessfully, possible impossible, able unable, likely unlikely, important unimportant, common
rare, commonly rarely, often rarely, usually rarely, typically rarely, frequently rarely, generally rarely,
normally rarely, mainly partly, always never, sometimes never, equally unequally, fair unfair, fairly
unfairly, visible invisible, voluntary compulsory, optional mandatory, regular irregular, completely
partially, entirely partially, fully partially, accurate inaccurate, willing unwilling, dependent independent,
liberal conservative, democratic undemocratic, religious secular, male female, men women, man woman, boy girl,
boys girls, king queen, kings queens, prince princess, emperor empress, husband wife, husbands wives, son
daughter, sons daughters, brother sister, brothers sisters, mother father, mothers fathers, uncle aunt, nephew
niece, parents children, teacher student, teachers students, doctor patient, doctors patients, employer
employee, employers employees, employees managers, buyer seller, buyers sellers, winner loser, winners losers,
victory defeat, victories defeats, success failure, successes failures, war peace, advantage disadvantage,
advantages disadvantages, benefit drawback, benefits drawbacks, strength weakness, strengths weaknesses, pros
cons, similarity difference, similarities differences, increase decrease, increases decreases, profit loss,
profits losses, gain loss, gains losses, rising falling, rose fell, risen fallen, growth decline, grow shrink,
grew shrank, growing shrinking, import export, imports exports, income expense, arrival departure, entrance
exit, entry exit, birth death, born killed, lived died, win lose, wins loses, won lost, winning losing, buy
sell, buys sells, bought sold, buying selling, sent received, taught learned, taught learnt, build destroy,
builds destroys, remember forget, remembered forgot, love hate, loved hated, loves hates, liked disliked,
likes dislikes, agree disagree, agreed disagreed, agrees disagrees, appear disappear, appeared disappeared,
approve disapprove, allow forbid, allowed forbidden, permit forbid, permitted forbidden, wake sleep, hidden
shown, freeze melt, frozen melted, expand contract, hired fired, spent saved, saved wasted, marry divorce,
married divorced, broke repaired, broken repaired, morning evening, summer winter, spring autumn, sunrise
sunset, optimistic pessimistic, generous stingy, brave cowardly, polite rude, comfortable uncomfortable,
satisfied dissatisfied, pleased annoyed, helpful useless, useful useless, best-selling worst-selling, amateur
professional, accidental deliberate, accidentally deliberately, simple complicated, horizontal vertical, , wholesale retail, lawful unlawful, sunny rainy, drunk sober, asleep awake, arrived departed, arrive
depart, entered departed, sent received, gave received, hard easy, causes consequences, good bad, live die,
cheap expensive, born buried
"""

# Verbs whose -s, -ed and -ing forms are made from these.
_VERB_PAIRS = """
accept reject, accept refuse, add remove, add subtract, attack defend, support oppose, encourage discourage,
increase decrease, increase reduce, improve worsen, expand reduce, strengthen weaken, create destroy,
construct demolish, establish abolish, invite banish, connect separate, include exclude, employ dismiss,
appoint dismiss, praise criticise, praise criticize, admire despise, enjoy dislike, confirm deny, admit deny,
believe doubt, promote demote, protect endanger, rescue abandon, succeed fail, reveal conceal, discover
conceal, enable prevent, cause prevent, produce consume, load unload, attach detach, install uninstall,
activate disable, obey disobey, purchase return, adopt repeal, open close, contain lack, sign reject,
recommend criticise, pass reject, agree disagree, capture release, invade abandon, want refuse
"""

# A thing is one of a row and not another.
_KINDS = """
mother father sister brother aunt uncle cousin grandmother grandfather nephew niece son daughter wife husband,
red blue green yellow purple orange pink brown grey black white, piano violin guitar flute drum trumpet cello
harp, dog cat horse cow sheep pig goat rabbit monkey, football baseball basketball hockey cricket tennis rugby
golf volleyball swimming, physics chemistry biology mathematics geology astronomy economics philosophy
psychology linguistics, architect engineer carpenter surveyor, doctor lawyer teacher journalist farmer banker
priest scientist soldier, army navy police, bishop pope rabbi imam, christianity islam judaism buddhism
hinduism, christian muslim jewish buddhist hindu, christians muslims jews buddhists hindus, catholic
protestant orthodox, breakfast lunch dinner, coffee tea beer wine milk juice, chicken beef pork fish lamb
turkey, apple banana cherry lemon grape, bread rice pasta potato, cotton wool silk linen, kitchen bathroom
bedroom garage basement, car train bus bicycle motorcycle truck helicopter, airport harbor station subway,
bridge tunnel dam lighthouse, hospital library museum theater prison stadium hotel, school university
kindergarten, earthquake flood hurricane drought volcano tsunami, knife fork spoon plate, chair table bed sofa
desk, height width weight, height depth, temperature humidity, birthday wedding funeral, murder robbery
kidnapping arson fraud, drummer guitarist bassist vocalist pianist, queen princess duchess, emperor duke,
religion currency language, skull spine rib, eyes ears teeth, bird reptile mammal insect, birds reptiles
mammals insects, bacteria viruses fungi, plants animals, nouns verbs adjectives, democrat republican,
democrats republicans, democratic republican, kilometers miles, third fourth fifth sixth seventh eighth ninth
tenth, three four five six seven eight nine, daily weekly monthly yearly, directed produced edited, composed
conducted, built demolished sold, opened demolished, recorded rejected, signed vetoed, elected impeached,
killed wounded rescued, crowned deposed, premiered ended, manufactured recycled, bought rented, novel poem
biography, director producer composer editor cinematographer screenwriter, actor singer, actress singer, book
film album song newspaper opera, album book, color shape price, colour shape price, size price, population
area elevation, river lake, mountain valley, mountains valleys, rivers lakes, wood glass concrete steel
plastic leather, gold silver bronze platinum, zinc nickel aluminium, oxygen hydrogen nitrogen helium, coal oil
uranium, diabetes malaria tuberculosis, liver lung kidney, shoes gloves trousers, laptop printer camera
headphones keyboard, mosque synagogue temple, governor mayor senator ambassador chancellor, admiral colonel
sergeant, wrote translated, written translated, founded dissolved, invented banned, painted sold, grandson
nephew cousin, stepfather godfather, religion currency climate, anthem motto mascot, illustrator translator,
goalkeeper coach, weddings funerals, dogs cats horses, dog's cat's, songs books films, albums films books,
movie album, buildings bridges, churches hospitals, students teachers, lawyers doctors engineers, engineer
lawyer, scientists priests, farmers miners, soldiers sailors, ships aircraft, ship aircraft, tanks submarines,
trees shrubs, flowers roots seeds, kings popes presidents, treaty lawsuit, blender toaster kettle, pan kettle
knife, vacuum heater fan, blade handle lid, vegetables meat, restaurant hotel bakery, bottle bag box, wedding
divorce funeral, university hospital airport, schools hospitals prisons, police firefighters, election
referendum, wind rain snow, sunday tuesday, weight price, salary age, age height, hometown nickname, boyfriend
brother uncle, girlfriend sister aunt, roommate boss, boss landlord, friend boss neighbor
"""


def word_set(text: str) -> frozenset[str]:
    """The words of a list written as one text."""
    return frozenset(text.split())


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


def _table(rows: Iterable[Iterable[str]]) -> Mapping[str, tuple[str, ...]]:
    """For each word, the others of its rows, in order and without repeats."""
    others: dict[str, list[str]] = {}
    for row in rows:
        words = list(row)
        for word in words:
            kin = others.setdefault(word, [])
            kin.extend(other for other in words if other != word and other not in kin)
    return {word: tuple(kin) for word, kin in others.items()}


_VERBS = [list(form) for pair in _rows(_VERB_PAIRS) for form in zip(*map(_forms, pair), strict=True)]

OPPOSITES = _table(_rows(_PAIRS) + _VERBS)
KINDS = _table(_rows(_KINDS))
