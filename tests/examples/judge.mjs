// The packages themselves, without a browser, tell as JSON what they were answered.
// node judge.mjs MODULES HOST
import { createRequire } from 'node:module'
import { pathToFileURL } from 'node:url'

const [modules, host] = process.argv.slice(2)
const load = (name) => import(pathToFileURL(createRequire(`${modules}/`).resolve(name)))
const named = (module, name) => module[name] ?? module.default[name]
const Meilisearch = named(await load('meilisearch'), 'Meilisearch')
const instantMeiliSearch = named(await load('@meilisearch/instant-meilisearch'), 'instantMeiliSearch')

const client = new Meilisearch({ host, apiKey: 'any' })
const index = client.index('articles')
const refused = async (work) => {
  try {
    await work()
  } catch (error) {
    return { name: error.name, message: error.message, code: error.cause?.code, status: error.response?.status }
  }
}
const told = {}
told.plain = await index.search('watter', {
  limit: 2, filter: ['lang = es'], facets: ['tags'], attributesToHighlight: ['body'],
})
told.pages = await index.search('mining', { page: 2, hitsPerPage: 3, attributesToRetrieve: ['slug'] })
told.several = await client.multiSearch({
  queries: [
    { indexUid: 'articles', q: 'lima', limit: 1 },
    { indexUid: 'articles', q: '', limit: 1, sort: ['published_at:asc'] },
  ],
})
told.values = await index.searchForFacetValues({ facetName: 'tags', facetQuery: 'wat' })
told.refused = [
  await refused(() => client.index('nope').search('x')),
  await refused(() => client.multiSearch({ queries: [{ indexUid: 'nope' }] })),
  await refused(() => index.search('', { filter: 'nope = 1' })),
]

const params = {
  query: 'agua', facets: ['tags', 'lang', 'year'], hitsPerPage: 3, page: 0,
  facetFilters: [['lang:es'], ['tags:Water', 'tags:Mining']], numericFilters: ['year>=2010'],
  attributesToSnippet: ['body:30'],
}
for (const finitePagination of [true, false]) {
  const { searchClient } = instantMeiliSearch(host, 'any', { finitePagination })
  const { results: [result] } = await searchClient.search([{ indexName: 'articles:published_at:desc', params }])
  told[finitePagination ? 'finite' : 'endless'] = result
}
const { searchClient } = instantMeiliSearch(host, 'any')
told.typed = await searchClient.searchForFacetValues([
  { indexName: 'articles', params: { facetName: 'tags', facetQuery: 'wat' } },
])
told.empty = (await searchClient.search([{ indexName: 'articles', params: { query: '', hitsPerPage: 0 } }])).results[0]
console.log(JSON.stringify(told))
