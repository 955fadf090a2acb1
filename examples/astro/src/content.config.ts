import { defineCollection } from 'astro:content'
import { WILLAY_API_URL } from 'astro:env/server'
import type { Loader } from 'astro/loaders'
import { z } from 'astro/zod'
import { createWillay, type Change } from '@willay/client'
import { LANGUAGES, type Site } from './lib/site'
import { willayLoader } from './willay-loader'

/** Where this site shows things. */
const ADDRESSES = { article: '/news/{slug}', page: '/{slug}', tag: '/tags/{slug}' }

/** A build fails when feeds, redirects and previews of Willay would lead readers elsewhere. */
function checkAddresses({ url, addresses }: Site) {
  if (!url) throw new Error('Willay does not know where this site is. Set WILLAY_SITE_URL there.')
  for (const kind of ['article', 'page', 'tag'] as const) {
    const path = ADDRESSES[kind]
    if (addresses[kind] === url + path) continue
    const setting = `WILLAY_${kind.toUpperCase()}_URL={site}${path}`
    throw new Error(`Willay has "${addresses[kind]}" where this site has "${path}". Set ${setting} there.`)
  }
}

/** The record of the site in each language: its name, its menu, its sections. */
const siteLoader = (url: string): Loader => ({
  name: 'site',
  async load({ store }) {
    for (const lang of LANGUAGES) {
      const site = await createWillay({ url, lang }).site()
      checkAddresses(site)
      store.set({ id: lang, data: { ...site } })
    }
  },
})

// The service has checked the content by its contract, so these schemas say its types alone.
export const collections = {
  site: defineCollection({ loader: siteLoader(WILLAY_API_URL), schema: z.custom<Site>() }),
  content: defineCollection({
    loader: willayLoader(WILLAY_API_URL),
    schema: z.custom<Extract<Change, { type: 'upsert' }>>(),
  }),
}
