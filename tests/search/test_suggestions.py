"""Completing titles, tags and people, whichever engine answers."""

from pathlib import Path

from app.search.protocol import Label
from tests.search.backends import Backend
from tests.search.builders import article, id_of, thing


def test_completes_names_as_they_are_typed(backend: Backend, tmp_path: Path) -> None:
    mining = thing("tag", "mining", "Mining", Label("Mining", "en"), Label("Minería", "es"))
    documents = (
        mining,
        thing("committee_member", "coussins", "Baroness <Coussins>"),
        article("a", "Mining in the highlands of Peru", "About mining."),
        article("b", "Máxima Acuña gana el Premio", "La mina.", lang="es"),
        article("c", "Nothing of the kind", "mining mining"),
    )
    with backend.over(tmp_path, *documents) as engine:

        def suggested(text: str, languages: tuple[str, ...] = ()) -> list[str]:
            return [hit.title for hit in engine.suggest(text, languages)]

        assert suggested("min") == ["Mining", "Mining in the highlands of Peru"]
        assert suggested("mineri") == ["Mining"]
        assert suggested("highlands min") == ["Mining in the highlands of Peru"]
        assert suggested("maxima acu") == ["Máxima Acuña gana el Premio"]
        assert suggested("m", ("es",)) == ["Mining", "Máxima Acuña gana el Premio"]
        assert [suggested(text) for text in ("", " ", "zzz", "🙂", "min zzz")] == [[]] * 5
        (person,) = engine.suggest("baroness cous")
        assert person.key.id == id_of("coussins")
        assert person.highlighted == "<mark>Baroness</mark> &lt;<mark>Coussins</mark>&gt;"
        assert len(engine.suggest("m", limit=1)) == 1
