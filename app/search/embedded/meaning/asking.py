"""Which questions are ranked by their meaning too."""

from typing import TYPE_CHECKING

from app.kit.languages import base_language
from app.search.embedded.meaning.encoding import LANGUAGE
from app.search.grammar import ParsedText
from app.search.protocol import Query
from app.search.stopwords import find_telling_words, question_language

if TYPE_CHECKING:
    from app.search.embedded.meaning.encoding import Encoder


def is_for_meaning(query: Query, text: ParsedText, encoder: "Encoder") -> bool:
    """Whether it is a question in the model's language. Words that are insisted on, quoted or
    excluded say already what is meant; names without any function word have no language, and the
    model knows few of them."""
    languages = query.filter.languages
    return (
        query.order == "relevance"
        and not (query.exact or text.phrases or text.excluded)
        and (not languages or LANGUAGE in map(base_language, languages))
        and question_language(text.words) == LANGUAGE
        and encoder.can_read(find_telling_words(text, [LANGUAGE]))
    )
