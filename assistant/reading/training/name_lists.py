"""Names of places, peoples and persons, and words that tell what a longer name names."""

from __future__ import annotations

from collections.abc import Mapping

from assistant.reading.training.kin_words import word_set

_COUNTRIES = word_set(
    """
    Afghanistan Albania Algeria America Argentina Armenia Australia Austria Azerbaijan Bangladesh Belgium
    Bolivia Bosnia Brazil Britain Bulgaria Cambodia Canada Chile China Colombia Croatia Cuba Cyprus
    Denmark Ecuador Egypt England Estonia Ethiopia Finland France Georgia Germany Ghana Greece Guatemala
    Haiti Honduras Hungary Iceland India Indonesia Iran Iraq Ireland Israel Italy Jamaica Japan Jordan
    Kazakhstan Kenya Kuwait Laos Latvia Lebanon Libya Lithuania Malaysia Mexico Mongolia Morocco Myanmar
    Nepal Nicaragua Nigeria Norway Pakistan Panama Paraguay Peru Poland Portugal
    Qatar Romania Russia Scotland Senegal Serbia Singapore Slovakia Slovenia Somalia Spain Sudan Sweden
    Switzerland Syria Taiwan Tajikistan Tanzania Thailand Tibet Tunisia Turkey Uganda Ukraine Uruguay
    Venezuela Vietnam Wales Yemen Zambia Zimbabwe
    """
)
_PEOPLES = word_set(
    """
    African Albanian American Arab Argentine Armenian Asian Australian Austrian Belgian Brazilian British
    Bulgarian Canadian Chilean Chinese Colombian Croatian Cuban Czech Danish Dutch Egyptian English
    Ethiopian European Finnish French German Greek Hungarian Indian Indonesian Iranian Iraqi Irish Israeli
    Italian Jamaican Japanese Korean Latin Lebanese Mexican Mongolian Norwegian Ottoman Pakistani Persian
    Polish Portuguese Roman Romanian Russian Scottish Serbian Spanish Swedish Swiss Syrian Thai Tibetan
    Turkish Ukrainian Vietnamese Welsh
    """
)
_PEOPLES_MANY = word_set(
    """
    Africans Albanians Americans Arabs Armenians Asians Australians Austrians Brazilians Bulgarians
    Canadians Cubans Egyptians Europeans Germans Greeks Hungarians Indians Iranians Israelis Italians
    Koreans Mexicans Mongols Norwegians Ottomans Persians Poles Romans Romanians Russians Serbs Spaniards
    Swedes Syrians Tibetans Turks Ukrainians
    """
)
_STATES = word_set(
    """
    Alabama Alaska Arizona Arkansas California Colorado Connecticut Delaware Florida Hawaii Idaho Illinois
    Indiana Iowa Kansas Kentucky Louisiana Maine Maryland Massachusetts Michigan Minnesota Mississippi
    Missouri Montana Nebraska Nevada Ohio Oklahoma Oregon Pennsylvania Tennessee Texas Utah Vermont Virginia
    Wisconsin Wyoming
    """
)
_CITIES = word_set(
    """
    Amsterdam Athens Atlanta Baghdad Bangkok Barcelona Beijing Berlin Boston Brussels Budapest Cairo Chicago
    Copenhagen Dallas Delhi Denver Detroit Dublin Edinburgh Florence Geneva Glasgow Hamburg Havana Houston
    Istanbul Jerusalem Kiev Lisbon Liverpool London Lyon Madrid Manchester Manila Marseille Melbourne Miami
    Milan Montreal Moscow Mumbai Munich Naples Oslo Paris Philadelphia Phoenix Prague Rome Seattle Seoul
    Seville Shanghai Stockholm Sydney Tehran Tokyo Toronto Tunis Vancouver Venice Vienna Warsaw Zurich
    """
)
_CONTINENTS = word_set(
    """
    Africa Asia Europe Antarctica
    """
)
_MONTHS = word_set(
    """
    January February March April May June July August September October November December
    """
)
_WEEKDAYS = word_set(
    """
    Monday Tuesday Wednesday Thursday Friday Saturday Sunday
    """
)
GIVEN_NAMES = word_set(
    """
    Aaron Abraham Adam Alan Albert Alexander Alfred Alice Andrew Anna Anne Anthony Arthur Barbara Benjamin
    Bernard Bill Bob Brian Bruce Carl Carlos Caroline Catherine Charles Charlotte Chris Christian
    Christopher Daniel David Dennis Diana Donald Dorothy Douglas Edgar Edward Edwin Eleanor Elizabeth Emily
    Emma Eric Ernest Eugene Felix Ferdinand Francis Frank Franklin Fred Frederick Friedrich Gary Gene George
    Gerald Gordon Grace Hannah Harold Harry Helen Henry Herbert Howard Hugh Isaac Jack Jackie Jacob James
    Jane Jason Jay Jean Jeff Jennifer Jeremy Jessica Jim Jimmy Joan Joe Johann John Johnny Jonathan Joseph
    Joshua Juan Julia Julian Justin Karl Kate Katherine Keith Kelly Kenneth Kevin Larry Laura Lawrence Lee
    Leonard Lewis Linda Lisa Louis Louise Lucy Luke Marcus Margaret Maria Marie Mark Martha Martin Mary
    Matthew Max Melissa Michael Michelle Mike Nancy Nathan Nicholas Nick Oliver Oscar Otto Patricia Patrick
    Paul Paula Peter Philip Phil Pierre Rachel Ralph Randy Ray Rebecca Richard Robert Roger Ronald Rose Roy
    Russell Ruth Ryan Sam Samuel Sara Sarah Scott Sean Sebastian Simon Sophia Stephen Steve Steven Stuart
    Susan Taylor Theodore Thomas Tim Timothy Tom Tony Victor Vincent Walter Wilhelm William Wolfgang
    """
)
TITLES = word_set(
    """
    Mr Mrs Ms Dr President King Queen Sir Pope Emperor Prince Princess Judge Lord Lady Saint St Senator
    Governor General Captain Professor Colonel Cardinal Bishop Archbishop Chancellor Sultan Duke Justice
    """
)
# Words that open sentences and questions with a capital, and name nothing.
OPENERS = word_set(
    """
    The A An In On At By For From To Of With Without Within After Before During Since Until Upon Under Over
    Through What Who Whom Whose When Where Which Why How Is Are Was Were Do Does Did Has Have Had Can Could
    Would Will Should May Might If As It Its He She They We You I His Her Their Our My Your This That These
    Those There Here Some Many Most All Both Each Every Other Others One Two Three And But Or So Yet Not No
    While Although Though Because However Also Besides Despite According Along Among Around Between Into
    Like Near Than Then Thus Once Only Now Today Later Another Such Even Still Just First Second Third Prior
    Due Instead Against About Beyond Throughout Regarding Name Additionally Furthermore Moreover Meanwhile
    Finally Initially Originally Currently Recently Following Given Unlike Several People Edit Thanks Thank
    Help Please Let Get Got Don't I'm I've It's
    """
)

LISTED: Mapping[str, tuple[str, ...]] = {
    kind: tuple(sorted(names))
    for kind, names in (
        ("month", _MONTHS),
        ("weekday", _WEEKDAYS),
        ("country", _COUNTRIES),
        ("people", _PEOPLES),
        ("peoples", _PEOPLES_MANY),
        ("state", _STATES),
        ("city", _CITIES),
        ("continent", _CONTINENTS),
    )
}
"""By kind, names that can stand for one another without being in a text."""
KIND_OF_LISTED = {name: kind for kind, names in reversed(LISTED.items()) for name in names}

# The head word of a longer name tells its kind.
HEAD_KINDS = {
    word: kind
    for kind, words in {
        "school": "University College School Institute Academy",
        "war": "War Battle Revolution Campaign Rebellion Siege",
        "water": "River Lake Sea Ocean Bay Gulf",
        "land": "Island Islands Mountains Mount Valley Desert Peninsula",
        "street": "Street Avenue Road Boulevard Square",
        "company": "Company Corporation Inc Ltd Records Bank Motors Airlines Studios Entertainment",
        "party": "Party League Union Association Federation Society",
        "body": "Council Committee Commission Parliament Congress Senate Court Department Ministry Agency Office Board",
        "building": "Church Cathedral Palace Museum Theatre Theater Hall Library Hospital Tower Castle Temple Stadium",
        "park": "Park Garden Gardens Zoo",
        "airport": "Airport Station",
        "state": "Empire Kingdom Republic Dynasty",
        "paper": "Times Post Magazine Journal Tribune News",
        "law": "Act Treaty Convention Agreement Constitution Amendment Declaration",
        "cup": "Cup Olympics Championship Bowl Games Tournament Series",
        "award": "Award Awards Prize Medal",
        "county": "County Province District",
        "force": "Army Navy Force Corps Regiment Brigade",
    }.items()
    for word in words.split()
}
