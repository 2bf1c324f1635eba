"""What clutter is made of: marks, credits, imperatives and service nouns, as patterns.

Small general vocabularies of English news pages; no sentence of any site.
"""

from __future__ import annotations

import re

Pattern = re.Pattern[str]


def _anywhere(*alternatives: str) -> Pattern:
    """Any of the alternatives as whole words, in any case."""
    return re.compile(r"\b(?:" + "|".join(alternatives) + r")\b", re.IGNORECASE)


def _at_start(*alternatives: str) -> Pattern:
    return re.compile("(?:" + "|".join(alternatives) + ")", re.IGNORECASE)


WORD = re.compile(r"[^\W_]+(?:['’.\-][^\W_]+)*")
SENTENCE_END = re.compile(r"[.!?…。！？؟۔।](?:[\"'”’»)\]」』]|/\.?)*$")
FUNCTION_WORDS = frozenset(
    """the of and to in a is that for on with as was at by it be from are has have had were will an his her its their
    he she they this which who not but or been after would said about more when than there into we i you if one can
    what up so""".split()  # noqa: SIM905 - a list of quoted words would be unreadable
)

MONTH = r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*"
CLOCK_TIME = r"\d{1,2}[:.]\d{2}(?:[:.]\d{2})?(?:\s*[ap]\.?m\.?)?|\d{1,2}\s*[ap]\.?m\b\.?"
#: A line of nothing but times, zones and dates. Possessive, as each pattern that repeats a repetition.
TIMES_AND_DATES = re.compile(
    rf"(?:{CLOCK_TIME}|[A-Z]{{3,4}}(?=[\s\d])|(?:mon|tues|wednes|thurs|fri|satur|sun)day|{MONTH}|\d{{1,4}}"
    r"|[\s,|.:/–-])++$",
    re.IGNORECASE,
)
HAS_TIME = re.compile(CLOCK_TIME, re.IGNORECASE)
HAS_MONTH_OR_ZONE = re.compile(MONTH + r"|\b[A-Z]{3}\b", re.IGNORECASE)

#: Signs at the start of a block, with the reason each one gives.
OPENINGS: tuple[tuple[str, Pattern], ...] = (
    ("copyright line", _at_start(r"©", r"(?:\(c\)|copyright)\s(?:©|\(c\)|\d{4}|by\b)", r".*\ball rights reserved\b")),
    (
        "link to another story",
        _at_start(
            r"(?:read|see|watch|hear|find|learn)\s+(?:more|also|next|now|the full \w+)\s*:",
            r"read more$",
            r"see more\b(?!.*\.$)",
            r"more\s?:\s?\S",
            r"more (?:on|from|coverage)\b(?!.*\.$)",
            r"(?:also|related(?: \w+)?|watch|see also|read|recommended|up next|trending|in case you missed it)\s?:",
            r"(?:you (?:may|might) (?:also )?like|don['’]t miss|most (?:read|popular))\s?:",
            r"related (?:stor(?:y|ies)|articles?|content|links?|news|topics?)$",
            r"(?:up next|latest (?:news|stories))$",
        ),
    ),
    ("video caption", _at_start(r"(?:video )?ad feedback\b", r".*\b\d{1,2}:\d{2} - Source: \S+$")),
    (
        "advertising label",
        _at_start(r"advertise(?:ments?)?\b.{0,20}$", r"sponsored (?:content|by|links?)\b.{0,40}$"),
    ),
    (
        "contributor credit",
        _at_start(r"contribut(?:ing|ors?|ed)\s?:", r"from (?:staff|.{2,40}network) and wire reports$"),
    ),
    ("tag list", _at_start(r"(?:tags|topics|keywords|filed under|categories)\s?:")),
    ("page clock", _at_start(rf"(?:today is|it is now)\s{TIMES_AND_DATES.pattern}")),
)

_PHOTO_AGENCY = "|".join(
    """AP AFP Reuters REUTERS EPA EPA-EFE UPI ANSA TASS Xinhua Kyodo KYODO Yonhap Bloomberg Getty Shutterstock AAP PA
    Alamy iStock iStockphoto ZUMA Sipa SIPA Imagn NurPhoto Anadolu CNN NASA FilmMagic WireImage Redux dpa IMAGO Rex REX
    Pool Corbis Instagram""".split()  # noqa: SIM905
)
PHOTO_CREDIT = re.compile(
    rf"(?:/|\bvia |\w{{2,}}[.!?”\"\d]\s(?:[A-Z][\w.'’-]+\s){{0,4}}(?:[A-Z][\w.'’-]+/)?)"
    rf"(?:{_PHOTO_AGENCY}|USA TODAY(?: Sports| NETWORK)?|The New York Times|The Washington Post)"
    r"(?: (?:Images|Agency))?(?:\s?\|)?$"
)
PHOTO_LABEL = re.compile(
    r"(?:^|[.|”\"’)\s])(?:photo(?:s|graph|grapher)?|image|picture|pic|video|credit|illustration|courtesy)s?"
    r"(?:\s(?:by|credit|courtesy(?:\sof)?|source|from|gallery))?\s?[:/©|]\s?\S.{0,80}$"
    r"|\((?:photo|image|AP Photo|file photo)\b[^()]{0,120}\)\.?$"
    r"|\b(?:file|handout|pool|stock) photo\.?$",
    re.IGNORECASE,
)
ONLY_MARKUP = re.compile(r"(?:!?\[[^\]]*\]\([^)]*\)|https?://\S+|www\.\S+|[\s|>•·*\\/<–—-])++$")
#: A link's label set against its headline, without the space that prose has after a colon.
GLUED_LABEL = re.compile(r"[^:.!?]{2,60}:(?=[^\s\d/])[\"'“‘►]?[^:]+$")

BYLINE = re.compile(r"[Bb][Yy]\s+(?:[A-Z][\w.'’-]*+(?:,|\sand|\s&)?\s?){1,9}(?:[|•·,].{0,60})?$")
DASH_AND_NAME = re.compile(r"[-–—•|*]{1,2}\s?(?:by\s)?(?:[A-Z][\w.'’-]*+,?\s?(?:and\s|&\s|of\s)?){1,6}$")
DATELINE = re.compile(
    r"(?:[A-Z][A-Z.'-]+(?:[ ,/]+[A-Z][A-Za-z.'-]*){0,3}\s?[-–—,]?|(?:[A-Z(][\w.'’()&-]*,?\s){1,6}[-–—])$"
)
NOT_IN_TAGS = re.compile(r"[\d:\"“”;]|\s[-–—]\s|['’]s\b")
_NAME = r"[A-Z][\w.'’-]+(?: [A-Z][\w.'’-]+){1,3}"
LIST_OF_NAMES = re.compile(rf"{_NAME}(?:(?:, (?:and )?| and ){_NAME})+$")
NOT_IN_HEADLINE = re.compile(r"[|@]|[-–—]$|special (?:to|for)\b|\bstaff\b|\bcolumnist\b", re.IGNORECASE)

#: Words of lines that only name a section, an agency, a date or a time.
LABELS = frozenset(
    """news sport sports politics world business economy markets money finance opinion opinions editorial editorials
    culture arts entertainment lifestyle life style travel weather health science tech technology education environment
    climate local national international global regional us u.s uk u.k asia europe africa americas middle east features
    analysis video videos photos pictures gallery live latest top breaking trending popular exclusive more stories story
    headlines updates update home menu sections article articles and the of in
    reuters ap afp upi kyodo xinhua tass yonhap ansa dpa efe pti ani ians bloomberg cnn bbc npr associated press
    published posted updated modified first last on at by am pm a.m p.m et est edt gmt utc bst jst read min mins minute
    minutes hour hours day days ago january february march april may june july august september october november
    december jan feb mar apr jun jul aug sep sept oct nov dec monday tuesday wednesday thursday friday saturday
    sunday""".split()  # noqa: SIM905
)

HANDLE = re.compile(r"(?<!\w)@\w{2,}|[\w.+-]+@[\w-]+\.\w+|\b(?:twitter|instagram|facebook)\.com/", re.IGNORECASE)
#: Networks that a page asks to be followed on; in the news themselves, too, so they count only beside a call.
SOCIAL = _anywhere("facebook", "twitter", "instagram", "whatsapp", "telegram", "youtube", "tiktok", "snapchat")
CONTACT = re.compile(
    r"(?:you can )?(?:follow|contact|reach|e-?mail|tweet|write to|send)\b"
    r"|.*\b(?:follow (?:him|her|them|on|along|us|me|@)"
    r"|(?:reach(?:ed)?|contact|e-?mail|find|tweet) (?:him|her|them|us|me|the (?:reporter|writer|author))\b"
    r"|(?:can|may) be (?:reached|contacted|followed)|e-?mail:|twitter:"
    r"|(?:reporter|columnist|writer|editor|correspondent)\b.*@)",
    re.IGNORECASE | re.DOTALL,
)
PHONE_NUMBER = re.compile(r"\+?\d[\d\s().-]{7,}\d")
YOU = _anywhere("you", "your", "yours", "you['’]ll", "you['’]re")
WE = _anywhere("we", "our", "us", "my")
IMPERATIVE = re.compile(
    r"(?:please\s)?(?:sign|subscribe|register|log|login|join|follow|download|get|click|tap|enjoy|book|order|buy|shop"
    r"|call|share|tweet|support|donate|enter|try|start|listen|view|stay|save|discover|like|forgot|make|use|manage"
    r"|accept|skip|print|email)\b",
    re.IGNORECASE,
)
SERVICE = _anywhere(
    "newsletters?", "inbox", "sign(?:ing)?[ -]?(?:up|in)", "signup", "log ?in", "logged in", "password", "account",
    "subscrib(?:e|ing|ers?|ed)", "subscriptions?", "unsubscribe", "e-?mail(?: address| alerts?)?", "alerts?",
    "notifications?", "our app", "mobile app", "privacy (?:policy|notice)", "cookies?", "terms and conditions",
    "terms of (?:use|service)", "your (?:data|information|details|consent)", "free trial", "podcasts?", "register",
    "registration", "digital edition", "e-?newspaper", "print edition", "ad-free", "click here", "tick here", "here>*",
    "commission", "delivered",
)  # fmt: skip
STRONG_CALL = _anywhere(
    "sign up (?:for|to (?:our|the|get|receive)|here|now|today|at|and)", "signing up you", "by subscribing",
    "subscribe (?:to (?:our|the|us)|here|now|today)", "already a subscriber", "not a subscriber",
    r"become a (?:\w+ ){0,3}(?:subscriber|member)", "supporting (?:our|local) journalism",
    "support (?:local|quality|independent|our) journalism", r"get our (?:free )?\w+ newsletter",
    "follow (?:us|every game)", "join us on", "download (?:our|the) app", "like (?:us on|our page)",
    "(?:in|to) your inbox", "unsubscribe", "may earn (?:us |a )", "by (?:registering|continuing)",
    "we use cookies",
)  # fmt: skip
PLEA = _anywhere(
    "(?:quality|independent|local|public[- ]interest|trusted|our|good) (?:journalism|reporting|newsroom)",
    "journalism (?:is|matters)", "support us", "our readers", "readers like you",
)  # fmt: skip
LOGIN = _anywhere(
    "log ?in", "log ?out", "(?:^|(?<=or )|(?<=/ )|(?<=/))(?:sign (?:in|up|out)|register)", "sign(?:in|up|out)",
    "registration", "password", "(?:your|my|an|create) account", "facebook (?:users|connect)", "newsletters?",
    "subscribe",
)  # fmt: skip
ADVERT = _anywhere(
    r"\d{1,2}% off", "(?:book|buy|order|shop|call) now", r"free (?:\w+ )?(?:drink|shipping|trial|delivery)",
    "special offer", "offers?", "limited time", "get a free", "discount",
)  # fmt: skip
_WIDGET = (
    r"(?:comments?|share|tweet|print|e-?mail|facebook|twitter|whatsapp|linkedin|pinterest|reddit|discussion|short url"
    r"|copy link|permalink|listen live|watch live|live tv|bookmark|save article|community standards?|standards"
    r"|report abuse|follow|subscribe|search|menu|home|skip to (?:main )?content|back to top|text size|font size"
    r"|listen to (?:this )?article|play audio|hide caption|show caption|close|next|previous|advertise|contact us"
    r"|about us|help|faq)"
)
SHARE_LINE = re.compile(
    r"(?:share|send|e-?mail|tweet|print|save|bookmark|recommend)(?: (?:this|the|it))?"
    r"(?: (?:article|story|page|post|link))?"
    r"(?: (?:on|via|by|to|with|through) (?:your |a )?(?:facebook|twitter|x|whatsapp|linkedin|pinterest|reddit|telegram"
    r"|e-?mail|friends?|social media|(?:\w+ )?network))?\W*",
    re.IGNORECASE,
)
WIDGET = re.compile(r"\b" + _WIDGET, re.IGNORECASE)
WIDGET_AT_START = re.compile(
    rf"(?:\d+\s)?(?:no |leave a |get |post a |add a |view |show |all )?{_WIDGET}(?:\b|(?=discussion))", re.IGNORECASE
)
