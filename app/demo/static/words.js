// The words of the interface, in each language that it has; the first one is the default.

const WORDS = {
  en: {
    locale: 'en-GB', language: 'English', skip: 'Skip to content', main: 'Main', languages: 'Language',
    news: 'News', all_news: 'All news', latest: 'Latest', search: 'Search', search_for: 'Search the archive', committee: 'Committee',
    sponsors: 'Sponsors', authors: 'Authors', featured: 'Featured', more_in: 'More in {}', founding: 'Founding sponsor',
    sponsor: 'Sponsors', funder: 'Funders', patron: 'Patrons', partner: 'Partners', supported: 'With the support of', years: 'By year', months: 'By month',
    older: 'Older', previous: 'Older story', next: 'Newer story', articles: '{} articles', article: '1 article',
    topic: 'Topic', place: 'Place', series: 'Series', organisation: 'Organisation', person: 'Person', format: 'Format', tag: 'Tag',
    within: 'Within this', breadcrumb: 'Breadcrumb', by: 'By', source: 'First published by {}', corrections: 'Corrections',
    correction: 'Correction', related: 'Read next', on_this_page: 'On this page', minutes: '{} min read', also_in: 'Also in', only_in: 'This text is in {} only.',
    excerpt: 'This is an excerpt.', read_whole: 'Read the whole text', licence: 'Licence', photo: 'Picture', updated: 'Updated {}',
    officers: 'Officers', staff: 'Staff', nothing: 'Nothing here yet.', found: '{} results', found_one: '1 result',
    no_results: 'Nothing was found for “{}”. Try fewer or other words.', corrected: 'Showing results for “{}”.', insist: 'Search for “{}” exactly',
    did_you_mean: 'Did you mean “{}”?', filters: 'Narrow down', topics: 'Subjects', type_here: 'Words, a place, a name…',
    more: 'More results', event: 'Event', page: 'Page', committee_member: 'Committee', gone_title: 'This is no longer here',
    gone_text: 'It was published here once and has been taken down.', moved: 'This page has moved; this is its new address.', lost_title: 'We cannot find that page',
    lost_text: 'The address may be mistyped, or the page may never have been here. Search may find it.', failed_title: 'That did not work',
    failed_text: 'The content cannot be reached now.', again: 'Try again', preview: 'Preview', preview_text: 'This draft is not published. Its link works for a limited time.',
    expired_title: 'This preview has ended', expired_text: 'Ask the editors for a new link.', retracted: 'the editors retracted it.', expired: 'its time was over.',
    unpublished: 'the editors withdrew it.', embargoed: 'it is held back until a later date.', removed: 'it was removed.', follow: 'Follow', about_site: 'A demonstration made with Willay. Everything on it comes from', open_api: 'an open API',
    by_mail: 'News by e-mail', your_address: 'Your e-mail address', subscribe: 'Subscribe', more_choices: 'How often, and about what',
    subscribed: 'Look into your mailbox: a letter is on its way. Open it and press the button on its page.', not_subscribed: 'That did not work. Is the address right? Try again in a moment.',
    write_to: 'Write to us', upcoming: 'Events', reason: 'Reason: {}',
  },
  es: {
    locale: 'es-PE', language: 'Español', skip: 'Saltar al contenido', main: 'Principal', languages: 'Idioma',
    news: 'Noticias', all_news: 'Todas las noticias', latest: 'Lo último', search: 'Buscar', search_for: 'Buscar en el archivo', committee: 'Comité',
    sponsors: 'Auspiciadores', authors: 'Autores', featured: 'Destacado', more_in: 'Más en {}', founding: 'Auspiciador fundador',
    sponsor: 'Auspiciadores', funder: 'Financian', patron: 'Patronos', partner: 'Aliados', supported: 'Con el apoyo de', years: 'Por año', months: 'Por mes',
    older: 'Anteriores', previous: 'Nota anterior', next: 'Nota siguiente', articles: '{} artículos', article: '1 artículo',
    topic: 'Tema', place: 'Lugar', series: 'Serie', organisation: 'Organización', person: 'Persona', format: 'Formato', tag: 'Etiqueta',
    within: 'Dentro de este tema', breadcrumb: 'Ruta', by: 'Por', source: 'Publicado primero por {}', corrections: 'Correcciones',
    correction: 'Corrección', related: 'Seguir leyendo', on_this_page: 'En esta página', minutes: '{} min de lectura', also_in: 'También en', only_in: 'Este texto está solo en {}.',
    excerpt: 'Este es un extracto.', read_whole: 'Leer el texto completo', licence: 'Licencia', photo: 'Imagen', updated: 'Actualizado el {}',
    officers: 'Directiva', staff: 'Equipo', nothing: 'Todavía no hay nada aquí.', found: '{} resultados', found_one: '1 resultado',
    no_results: 'No se encontró nada para «{}». Pruebe con menos palabras o con otras.', corrected: 'Resultados de «{}».', insist: 'Buscar exactamente «{}»',
    did_you_mean: '¿Quiso decir «{}»?', filters: 'Afinar', topics: 'Temas', type_here: 'Palabras, un lugar, un nombre…',
    more: 'Más resultados', event: 'Evento', page: 'Página', committee_member: 'Comité', gone_title: 'Esto ya no está aquí',
    gone_text: 'Estuvo publicado aquí y fue retirado.', moved: 'Esta página se mudó; esta es su nueva dirección.', lost_title: 'No encontramos esa página',
    lost_text: 'Quizá la dirección esté mal escrita o la página nunca existió. Pruebe con una búsqueda.', failed_title: 'Algo no funcionó',
    failed_text: 'No se puede acceder ahora al contenido.', again: 'Intentar de nuevo', preview: 'Vista previa', preview_text: 'Este borrador no está publicado. Su enlace vale por un tiempo limitado.',
    expired_title: 'Esta vista previa terminó', expired_text: 'Pida un nuevo enlace a la redacción.', retracted: 'la redacción se retractó.', expired: 'se cumplió su plazo.',
    unpublished: 'la redacción lo retiró.', embargoed: 'se reserva hasta una fecha posterior.', removed: 'fue eliminado.', follow: 'Seguir', about_site: 'Una demostración hecha con Willay. Todo su contenido viene de', open_api: 'una API abierta',
    by_mail: 'Noticias por correo', your_address: 'Su correo electrónico', subscribe: 'Suscribirse', more_choices: 'Con qué frecuencia y sobre qué',
    subscribed: 'Mire su buzón: una carta está en camino. Ábrala y pulse el botón de su página.', not_subscribed: 'No funcionó. ¿Está bien la dirección? Pruebe de nuevo en un momento.',
    write_to: 'Escríbanos', upcoming: 'Eventos', reason: 'Motivo: {}',
  },
}

export const LANGUAGES = Object.keys(WORDS)

/** The words of one language: `t('found', 12)`; a name without words is given back. */
export function wordsOf(lang) {
  const words = WORDS[lang] ?? WORDS.en
  return (key, value) => (words[key] ?? key).replace('{}', value)
}
