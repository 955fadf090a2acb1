import { whole, type Item, type Site } from './site'

/** An article for search engines, by schema.org. The API makes more of it: `?include=jsonld`. */
export const jsonld = (item: Item, site: Site, url: string) => ({
  '@context': 'https://schema.org',
  '@type': item.kind === 'page' ? 'WebPage' : 'NewsArticle',
  '@id': `urn:uuid:${item.id}`,
  url,
  headline: item.title,
  description: item.summary || undefined,
  ...(item.date_precision !== 'unknown' && { datePublished: item.published_on ?? item.published_at }),
  dateModified: item.updated_at,
  inLanguage: item.lang,
  author: item.authors.map(({ name }) => ({ '@type': name === site.name ? 'Organization' : 'Person', name })),
  publisher: { '@type': 'Organization', name: site.name, url: whole(site, '/') },
  license: item.rights.licence,
  image: item.image?.url,
  keywords: item.tags.map(({ name }) => name),
})
