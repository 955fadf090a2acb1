"""Function words of each language, folded.

The index holds them, so phrases and "who is who" work; a query drops them if it has other words.
They also tell the language of a query: in an English one, *la* of *La Oroya* is part of a name.
"""

from collections.abc import Iterable, Sequence

from app.kit.languages import base_language
from app.search.grammar import ParsedText

_ENGLISH = """
a about above after again against all also am an and any are as at be became because been before
being below between both but by can cannot could did do does doing done down during e each either
else etc ever every few for from further g had has have having he her here hers herself him himself
his how however i if in into is it its itself just may me might more most much must my myself
neither no nor not of off often on once one only or other others ought our ours ourselves out over
own per rather s same shall she should since so some such t than that the their theirs them
themselves then there thereby therefore these they this those though through thus to too under
until up upon us very via was we were what when where whether which while who whom whose why will
with within without would yet you your yours yourself
"""
_SPANISH = """
a acerca ahi al algo alguna algunas alguno algunos ambos ante antes aquel aquella aquellas aquellos
aqui asi aun aunque bajo bien cada casi como con contra cual cuales cualquier cuando cuanto de del
desde donde dos durante e el ella ellas ello ellos en entre era eran eres es esa esas ese eso esos
esta estaba estan estar estas este esto estos estoy fue fueron ha haber habia han hasta hay he la
las le les lo los mas me mi mientras mis misma mismas mismo mismos muy nada ni no nos nosotros
nuestra nuestras nuestro nuestros o os otra otras otro otros para pero poco por porque pues que
quien quienes se sea segun ser si sido sin sino sobre solo son soy su sus suya suyo tal tambien
tampoco tan tanto te tiene tienen todo todos tu tus un una unas uno unos usted ustedes y ya yo
"""

_STOP_WORDS: dict[str, frozenset[str]] = {
    "en": frozenset(_ENGLISH.split()),
    "es": frozenset(_SPANISH.split()),
}


def is_stop_word(word: str, languages: Iterable[str]) -> bool:
    """Whether it is a function word in one of the languages."""
    return any(word in _STOP_WORDS.get(base_language(lang), ()) for lang in languages)


def find_telling_words(text: ParsedText, languages: Sequence[str]) -> Sequence[str]:
    """The loose words of a query that count, in order and with their repetitions: function words
    only if it has nothing else."""
    likely = _guess_languages(text.words, languages)
    telling = [word for word in text.words if not is_stop_word(word, likely)]
    return telling if telling or text.phrases else text.words


def question_language(words: Sequence[str]) -> str | None:
    """The base language that a question's function words tell; None if they tell none."""
    counts = {base: sum(is_stop_word(word, [base]) for word in words) for base in _STOP_WORDS}
    most = max(counts.values())
    likely = [base for base, count in counts.items() if count == most]
    return likely[0] if most and len(likely) == 1 else None


def _guess_languages(words: Sequence[str], languages: Sequence[str]) -> Iterable[str]:
    """The base language of most function words; all languages if several have as many."""
    bases = dict.fromkeys(map(base_language, languages))
    counts = {base: sum(is_stop_word(word, [base]) for word in words) for base in bases}
    most = max(counts.values(), default=0)
    likely = [base for base, count in counts.items() if count == most]
    return likely if len(likely) == 1 else languages
