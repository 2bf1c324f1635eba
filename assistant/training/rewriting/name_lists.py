"""Names of places, peoples and persons, and words that tell what a longer name names."""

from __future__ import annotations

from collections.abc import Mapping

from assistant.training.rewriting.words import phrase_set, word_set

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
_LONG_COUNTRIES = phrase_set(
    """
    New Zealand, South Korea, North Korea, Saudi Arabia, South Africa, Sri Lanka, Costa Rica, El Salvador, Hong Kong,
    Papua New Guinea, Sierra Leone, Burkina Faso
    """
)
_PEOPLES = word_set(
    """
    Albanian American Argentine Armenian Australian Austrian Belgian Brazilian British Bulgarian Canadian
    Chilean Chinese Colombian Croatian Cuban Czech Danish Dutch Egyptian English Ethiopian Finnish French
    German Greek Hungarian Indian Indonesian Iranian Iraqi Irish Israeli Italian Jamaican Japanese Korean
    Lebanese Mexican Mongolian Norwegian Ottoman Pakistani Persian Polish Portuguese Roman Romanian Russian
    Scottish Serbian Spanish Swedish Swiss Syrian Thai Tibetan Turkish Ukrainian Vietnamese Welsh
    """
)
_PEOPLES_MANY = word_set(
    """
    Albanians Americans Armenians Australians Austrians Brazilians Bulgarians Canadians Cubans Egyptians
    Germans Greeks Hungarians Indians Iranians Israelis Italians Koreans Mexicans Mongols Norwegians Ottomans
    Persians Poles Romans Romanians Russians Serbs Spaniards Swedes Syrians Tibetans Turks Ukrainians
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
_LONG_STATES = phrase_set(
    """
    New Jersey, New Mexico, New Hampshire, North Carolina, South Carolina, North Dakota, South Dakota, West Virginia,
    Rhode Island
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
_LONG_CITIES = phrase_set(
    """
    New York, New York City, Los Angeles, San Francisco, San Diego, Las Vegas, New Orleans, New Delhi, Mexico City,
    Buenos Aires, Cape Town, Tel Aviv, Salt Lake City, Kansas City, St. Louis, San Antonio, Kuala Lumpur, Rio de Janeiro
    """
)
# What is Tibetan is Asian too: these stand for one another only.
_WIDER_PEOPLES = word_set("African Asian European Latin Arab")
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
    Aaron Abraham Adam Adele Adrian Agnes Alan Albert Alec Alex Alexander Alexandra Alexis Alfonso Alfred
    Alice Allan Allen Allison Amanda Amber Amelia Amy Andre Andrea Andrew Andy Angela Ann Anna Anne Annie
    Anthony Antonio Arnold Arthur Ashley Axel Barbara Becky Ben Benjamin Bernard Beth Betty Beyonce Beyoncé
    Bill Bob Bobby Brad Brandon Brenda Brett Brian Bruce Calvin Cameron Camille Carl Carla Carlos Carol
    Caroline Carrie Casey Catherine Cecil Chad Charles Charlotte Cheryl Chris Christopher Claire Clara
    Clarence Claude Clay Clayton Clifford Clint Colin Connor Craig Crystal Curtis Cynthia Dale Dan Daniel
    Danny Dave David Dean Deborah Dennis Derek Diana Dick Dominic Don Donald Dorothy Doug Douglas Duncan
    Dwight Ed Eddie Edgar Edith Edmund Eduardo Edward Edwin Elaine Eleanor Eli Elizabeth Ella Ellen Elvis Emil
    Emily Emma Emmanuel Eric Erik Erin Ernest Ernst Esther Ethan Eugene Eva Evelyn Felix Ferdinand Fernando
    Francis Frank Franklin Fraser Fred Frederick Friedrich Frédéric Gabriel Garrett Gary Gene Geoffrey Georg
    George Gerald Gilbert Giovanni Giuseppe Glenn Gloria Gordon Grace Graham Greg Gregory Guy Hannah Hans
    Harold Harper Harrison Harry Harvey Heather Hector Heinrich Helen Henri Henry Herbert Herman Hermann
    Hillary Homer Howard Hugh Hugo Ian Ignatius Igor Irene Isaac Isabel Isabella Ivan Jack Jackie Jackson
    Jacob Jake James Jamie Jane Janet Jared Jason Jay Jeff Jennifer Jeremy Jerome Jerry Jessica Jill Jim Jimi
    Jimmy Joan Joanna Jodie Joe Joel Johann John Johnny Jon Jonathan Jorge Josef Joseph Josh Joshua José Joyce
    Juan Judith Judy Julia Julian Julie Julius Justin Kanye Karen Karl Kate Katherine Kathleen Katie Keith
    Kelly Ken Kenneth Kevin Kim Kirk Kris Kurt Kyle Lance Larry Laura Lauren Lawrence Lee Leo Leon Leonard
    Leonardo Leopold Leslie Lewis Linda Lisa Lloyd Lorenzo Louis Louise Lucy Luis Luke Luther Lynn Mahatma
    Manuel Marc Marco Marcus Margaret Maria Marie Marilyn Mario Marion Mark Martha Martin Marvin Mary Mathew
    Matthew Maurice Max Megan Mel Melanie Melissa Mia Michael Michelle Miguel Mike Milton Mitchell Mohammed
    Molly Monica Morgan Muhammad Nancy Natalie Nathan Neil Nelson Nicholas Nick Nicole Nigel Noah Noel Nora
    Norman Oliver Oscar Otto Owen Pablo Pamela Patricia Patrick Paul Paula Pedro Penelope Perry Pete Peter
    Phil Philip Pierre Quincy Rachel Rafael Ralph Randy Ray Raymond Rebecca Reginald Rex Richard Rick Ricky
    Rob Robert Rodney Roger Roland Ronald Ronnie Ross Roy Ruben Rudolf Rudolph Rudy Rupert Russell Ruth Ryan
    Sally Sam Samantha Samuel Sandra Sara Sarah Scott Sean Sebastian Seth Shane Shannon Sharon Shawn Sheila
    Sidney Sigmund Simon Solomon Sophia Spencer Stan Stanley Stefan Stephanie Stephen Steve Steven Stewart
    Stuart Susan Taylor Ted Teresa Terry Theodore Thomas Tim Timothy Tina Todd Tom Tommy Tony Tracy Travis
    Tyler Ulysses Ursula Valerie Vanessa Vera Vernon Victor Vincent Vladimir Walt Walter Warren Wayne Wendy
    Wilbur Wilhelm William Winston Wolfgang Woodrow Zachary
    """
)
TITLES = word_set(
    """
    Mr Mrs Ms Dr President King Queen Sir Pope Emperor Prince Princess Judge Lord Lady Senator
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
    While Although Though Because However Also Besides Despite According Along Among Around Between Into Like
    Near Than Then Thus Once Only Now Today Later Another Such Even Still Just Prior Due Instead Against About
    Beyond Throughout Regarding Name Additionally Furthermore Moreover Meanwhile Finally Initially Originally
    Currently Recently Following Given Unlike Several People Edit Thanks Thank Help Please Let Get Got Don't
    I'm I've It's
    """
)

LISTED: Mapping[str, tuple[str, ...]] = {
    kind: tuple(sorted(names))
    for kind, names in (
        ("month", _MONTHS),
        ("weekday", _WEEKDAYS),
        ("country", _COUNTRIES | _LONG_COUNTRIES),
        ("people", _PEOPLES),
        ("wider people", _WIDER_PEOPLES),
        ("peoples", _PEOPLES_MANY),
        ("state", _STATES | _LONG_STATES),
        ("city", _CITIES | _LONG_CITIES),
        ("continent", _CONTINENTS),
    )
}
"""By kind, names that can stand for one another without being in a text."""
KIND_OF_LISTED = {name: kind for kind, names in LISTED.items() for name in names}

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
        "realm": "Empire Kingdom Republic Dynasty",
        "paper": "Times Post Magazine Journal Tribune News",
        "law": "Act Treaty Convention Agreement Constitution Amendment Declaration",
        "cup": "Cup Olympics Championship Bowl Games Tournament Series",
        "award": "Award Awards Prize Medal",
        "county": "County Province District",
        "force": "Army Navy Force Corps Regiment Brigade",
    }.items()
    for word in words.split()
}
