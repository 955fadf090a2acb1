import { instantMeiliSearch } from '@meilisearch/instant-meilisearch'
import instantsearch from 'instantsearch.js'
import {
  clearRefinements,
  configure,
  currentRefinements,
  hits,
  pagination,
  refinementList,
  searchBox,
  sortBy,
  stats,
} from 'instantsearch.js/es/widgets'

const api = document.querySelector('meta[name="willay-api"]').content
const languageNames = new Intl.DisplayNames(['en'], { type: 'language' })
const day = new Intl.DateTimeFormat('en', { dateStyle: 'long', timeZone: 'UTC' })

// The key is asked for by the package and by nobody else: what is published is open.
const { searchClient } = instantMeiliSearch(`${api}/v1/search/instant`, 'open', {
  finitePagination: true,
})

const search = instantsearch({
  indexName: 'articles',
  searchClient,
  routing: true,
  future: { preserveSharedStateOnUnmount: true },
})

/** An address that is safe to link to, whatever the answer holds. */
const linked = (address) => (/^https?:\/\//.test(address) ? address : '#')

const hit = (item, { html, components }) => {
  const published = new Date(item.published_at * 1000)
  return html`
    <article lang="${item.lang}">
      <p class="about">
        <time datetime="${published.toISOString()}">${day.format(published)}</time>
        ${item.lang !== 'en' && html`<span lang="en">${languageNames.of(item.lang)}</span>`}
      </p>
      <h3>
        <a href="${linked(item.url)}">
          ${components.Highlight({ hit: item, attribute: 'title', highlightedTagName: 'mark' })}
        </a>
      </h3>
      <p>${components.Highlight({ hit: item, attribute: 'summary', highlightedTagName: 'mark' })}</p>
      ${search.helper.state.query &&
      html`<p class="passage">
        ${components.Snippet({ hit: item, attribute: 'body', highlightedTagName: 'mark' })}
      </p>`}
      <ul class="tags" lang="en" aria-label="Subjects">
        ${item.tags.map((tag) => html`<li>${tag}</li>`)}
      </ul>
    </article>
  `
}

const counted = ({ nbHits, query }) => {
  const found = nbHits === 1 ? '1 article' : `${nbHits.toLocaleString('en')} articles`
  return query ? `${found} for “${query}”` : found
}

const nothing = ({ query }, { html }) => html`
  <div class="nothing">
    <p>Nothing was found${query && html` for <q>${query}</q>`}.</p>
    <p>Try fewer words, or take a filter away.</p>
  </div>
`

const named = (items) =>
  items.map((item) => {
    const name = languageNames.of(item.value)
    return { ...item, label: name, highlighted: name }
  })

search.addWidgets([
  configure({ hitsPerPage: 8, attributesToSnippet: ['body:30'] }),
  searchBox({
    container: '#box',
    placeholder: 'Words, a name, a “whole phrase”…',
    autofocus: true,
    showSubmit: false,
  }),
  stats({ container: '#stats', templates: { text: counted } }),
  sortBy({
    container: '#order',
    items: [
      { label: 'Best match', value: 'articles' },
      { label: 'Newest first', value: 'articles:published_at:desc' },
      { label: 'Oldest first', value: 'articles:published_at:asc' },
    ],
  }),
  currentRefinements({
    container: '#chosen',
    transformItems: (items) =>
      items.map((item) =>
        item.attribute === 'lang' ? { ...item, refinements: named(item.refinements) } : item,
      ),
  }),
  clearRefinements({ container: '#clear', templates: { resetLabel: () => 'Clear filters' } }),
  refinementList({
    container: '#tags',
    attribute: 'tags',
    operator: 'and',
    limit: 8,
    showMore: true,
    searchable: true,
    searchablePlaceholder: 'Find a subject',
    sortBy: ['isRefined', 'count:desc', 'name:asc'],
  }),
  refinementList({ container: '#languages', attribute: 'lang', transformItems: named }),
  refinementList({
    container: '#years',
    attribute: 'year',
    limit: 6,
    showMore: true,
    showMoreLimit: 60,
    sortBy: ['name:desc'],
  }),
  hits({ container: '#hits', templates: { item: hit, empty: nothing } }),
  pagination({ container: '#pages', padding: 2 }),
])

search.on('error', () => {
  document.querySelector('#stats').textContent = 'Search cannot answer now; try again in a moment.'
})

// On a narrow screen the filters are there when they are asked for.
document.querySelector('#filters').open = window.matchMedia('(min-width: 56rem)').matches
search.start()
