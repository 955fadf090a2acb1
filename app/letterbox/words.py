"""The words of the pages, in each language that has them; the first is the default."""

from collections.abc import Mapping
from typing import Final

from app.kit.languages import base_language

_WORDS: Final[Mapping[str, Mapping[str, str]]] = {
    "en": {
        "subscribe": "News by e-mail",
        "subscribe_text": "Leave your address. We send you a letter, and you press its button; "
        "only then do you get news.",
        "email": "E-mail address",
        "rhythm": "How often",
        "instant": "As soon as there is news",
        "daily": "Once a day",
        "weekly": "Once a week",
        "lang": "Language",
        "topics": "What about",
        "topics_text": "Choose nothing, and you get everything.",
        "trap": "Leave this empty",
        "send": "Subscribe",
        "sent": "Look into your mailbox",
        "sent_text": "If letters can go to this address, one is on its way. Open it, and press the "
        "button on the page that it leads to. If none comes, look into your spam folder.",
        "privacy": "We keep your address encrypted, use it for these letters alone, and tell it to "
        "nobody. Nothing in a letter tells us whether you open it. Each letter has a link by which "
        "you leave or have everything erased.",
        "confirm": "Nearly done",
        "confirm_text": "Press the button once, and you get the news of {site}.",
        "confirm_button": "Yes, send me news",
        "confirmed": "You are subscribed",
        "confirmed_text": "Thank you. The next letter comes to you. Each has a link by which you "
        "change what you get, or leave.",
        "manage": "Your subscription",
        "manage_of": "For {email}",
        "save": "Save",
        "saved": "Saved.",
        "leave": "Leave",
        "leave_text": "Press the button, and no letter comes any more.",
        "leave_button": "Leave",
        "left": "You have left",
        "left_text": "No letter of {site} comes to you any more.",
        "erase": "Leave, and erase everything",
        "erase_text": "We forget your address at once. Nobody can take that back.",
        "erased": "Everything is erased",
        "erased_text": "Nothing is stored of you here any more.",
        "export": "All that is stored of you",
        "pending": "You have not confirmed yet.",
        "paused": "Letters to you came back, so we paused. Save this page, and they come again.",
        "ended": "No letter comes to you. Subscribe again if you want news.",
        "failed": "That did not work",
        "again": "Back to the form",
        "notices": "About letters before this one",
        "corrected": "Corrected",
        "retracted": "Retracted",
        "retracted_text": "A text of an earlier letter was retracted.",
        "gone": "Some texts of this letter are not public any more.",
        "bad_address": "This is no e-mail address that letters can go to; write it as in "
        "ana@example.org.",
        "too_many_subscriptions": "Too many subscriptions came from your network; try again in an "
        "hour.",
        "subscriptions_busy": "Too many people subscribe right now; try again in an hour.",
        "link_ended": "This link has come to an end. Subscribe again, and you get another one.",
        "link_unknown": "This link leads nowhere. Open it from the letter again, or subscribe "
        "again.",
    },
    "es": {
        "subscribe": "Noticias por correo",
        "subscribe_text": "Deje su dirección. Le enviamos una carta y usted pulsa su botón; solo "
        "entonces recibe noticias.",
        "email": "Correo electrónico",
        "rhythm": "Con qué frecuencia",
        "instant": "En cuanto haya noticias",
        "daily": "Una vez al día",
        "weekly": "Una vez por semana",
        "lang": "Idioma",
        "topics": "Sobre qué",
        "topics_text": "Si no elige nada, recibe todo.",
        "trap": "Deje esto vacío",
        "send": "Suscribirse",
        "sent": "Mire su buzón",
        "sent_text": "Si pueden llegar cartas a esta dirección, una está en camino. Ábrala y pulse "
        "el botón de la página a la que lleva. Si no llega, mire en el correo no deseado.",
        "privacy": "Guardamos su dirección cifrada, la usamos solo para estas cartas y no la damos "
        "a nadie. Nada en una carta nos dice si la abre. Cada carta tiene un enlace para darse de "
        "baja o borrar todo.",
        "confirm": "Ya casi",
        "confirm_text": "Pulse el botón una vez y recibirá las noticias de {site}.",
        "confirm_button": "Sí, envíenme noticias",
        "confirmed": "Está suscrito",
        "confirmed_text": "Gracias. La próxima carta le llega. Cada una tiene un enlace para "
        "cambiar lo que recibe o darse de baja.",
        "manage": "Su suscripción",
        "manage_of": "Para {email}",
        "save": "Guardar",
        "saved": "Guardado.",
        "leave": "Darse de baja",
        "leave_text": "Pulse el botón y no le llega ninguna carta más.",
        "leave_button": "Darse de baja",
        "left": "Se dio de baja",
        "left_text": "No le llega ninguna carta más de {site}.",
        "erase": "Darse de baja y borrar todo",
        "erase_text": "Olvidamos su dirección de inmediato. Nadie puede deshacerlo.",
        "erased": "Todo está borrado",
        "erased_text": "Aquí ya no se guarda nada de usted.",
        "export": "Todo lo que se guarda de usted",
        "pending": "Todavía no ha confirmado.",
        "paused": "Las cartas volvieron, así que paramos. Guarde esta página y llegan de nuevo.",
        "ended": "No le llega ninguna carta. Suscríbase de nuevo si quiere noticias.",
        "failed": "Algo no funcionó",
        "again": "Volver al formulario",
        "notices": "Sobre cartas anteriores",
        "corrected": "Corregido",
        "retracted": "Retirado",
        "retracted_text": "Se retiró un texto de una carta anterior.",
        "gone": "Algunos textos de esta carta ya no son públicos.",
        "bad_address": "No es una dirección a la que puedan llegar cartas; escríbala como "
        "ana@example.org.",
        "too_many_subscriptions": "Llegaron demasiadas suscripciones de su red; pruebe de nuevo en "
        "una hora.",
        "subscriptions_busy": "Hay demasiadas suscripciones ahora; pruebe de nuevo en una hora.",
        "link_ended": "Este enlace terminó. Suscríbase de nuevo y recibirá otro.",
        "link_unknown": "Este enlace no lleva a ninguna parte. Ábralo de nuevo desde la carta, o "
        "suscríbase de nuevo.",
    },
}


def words_of(lang: str) -> Mapping[str, str]:
    """The words of a language, else English ones."""
    return _WORDS.get(base_language(lang), _WORDS["en"])


def word_lang(lang: str) -> str:
    """The language of the words that a reader of a language gets."""
    base = base_language(lang)
    return base if base in _WORDS else "en"
