import { defineCollection } from 'astro:content'
import { WILLAY_API_URL } from 'astro:env/server'
import type { Loader } from 'astro/loaders'
import { z } from 'astro/zod'
import { createWillay, type Change } from '@willay/client'
import { LANGUAGES, type Site } from './lib/site'
import { willayLoader } from './willay-loader'

/** Where this site shows things. */
const ADDRESSES = { article: '/news/{slug}', page: '/{slug}', tag: '/tags/{slug}' }

/** The record of the site in each language: its name, its menu, its sections. */
const siteLoader = (url: string): Loader => ({
  name: 'site',
  async load({ store }) {
    for (const lang of LANGUAGES) {
      const site = await createWillay({ url, lang }).site()
      for (const [kind, path] of Object.entries(ADDRESSES)) {
        const told = site.addresses[kind as keyof typeof ADDRESSES]
        if (told.replace(site.url ?? '', '') === path) continue
        const setting = `WILLAY_${kind.toUpperCase()}_URL`
        throw new Error(`Willay says "${told}", but src/pages has "${path}". Set ${setting}={site}${path}.`)
      }
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
