// What every page needs: the types, the languages, the words, and where things are shown.
import type { components } from '@willay/client/schema'

type Schemas = components['schemas']
export type Site = Schemas['Site']
export type Card = Schemas['ArticleCard']
export type Item = Schemas['ChangedArticle']
export type Tag = Schemas['ChangedTag']

const WORDS = {
  en: {
    locale: 'en-GB', language: 'English', skip: 'Skip to content', menu: 'Main menu', home: 'To the front page',
    news: 'News', latest: 'Latest', all: 'All news', feed: 'News by RSS', subjects: 'Subjects', licence: 'Licence',
    page: 'page', pages: 'Pages', newer: 'Newer', older: 'Older', related: 'Read next', also: 'Also in',
    by: 'By', minutes: 'min read', picture: 'Picture', contents: 'On this page', corrections: 'Corrections',
    source: 'First published by', excerpt: 'This is an excerpt.', entire: 'Read the whole text',
    lost: 'There is no such page', gone: 'This is no longer here',
    preview: 'This draft is not published.', ended: 'Ask the editors for a new link.',
  },
  es: {
    locale: 'es-PE', language: 'Español', skip: 'Saltar al contenido', menu: 'Menú principal', home: 'A la portada',
    news: 'Noticias', latest: 'Lo último', all: 'Todas las noticias', feed: 'Noticias por RSS', subjects: 'Temas', licence: 'Licencia',
    page: 'página', pages: 'Páginas', newer: 'Más recientes', older: 'Anteriores', related: 'Seguir leyendo', also: 'También en',
    by: 'Por', minutes: 'min de lectura', picture: 'Imagen', contents: 'En esta página', corrections: 'Correcciones',
    source: 'Publicado primero por', excerpt: 'Este es un extracto.', entire: 'Leer el texto completo',
    lost: 'Esa página no existe', gone: 'Esto ya no está aquí',
    preview: 'Este borrador no está publicado.', ended: 'Pida un nuevo enlace a la redacción.',
  },
}
export type Lang = keyof typeof WORDS

/** The languages of the site; the first one has the short addresses. */
export const LANGUAGES: readonly [Lang, ...Lang[]] = ['en', 'es']

/** The site's own language that is nearest to that of a text. */
export const langOf = (lang: string): Lang => LANGUAGES.find((one) => one === lang) ?? LANGUAGES[0]
export const wordsOf = (lang: string) => WORDS[langOf(lang)]

export const homePath = (lang: Lang) => (lang === LANGUAGES[0] ? '/' : `/${lang}`)
export const newsPath = (lang: Lang) => `${homePath(lang).replace(/\/$/, '')}/news`
export const pathOf = ({ kind, slug }: Pick<Card, 'kind' | 'slug'>) => (kind === 'page' ? `/${slug}` : `/news/${slug}`)
export const tagPath = ({ slug }: { slug: string }) => `/tags/${slug}`

/** The whole address of a path. */
export const whole = ({ url }: Site, path: string) => `${url}${path}`

/** A menu's link: a path on this site, an address elsewhere. */
export const local = (site: Site, url: string) => {
  const { origin, pathname } = new URL(url)
  return origin === new URL(whole(site, '/')).origin ? pathname : url
}
