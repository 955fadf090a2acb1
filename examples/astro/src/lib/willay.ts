import { WILLAY_API_URL } from 'astro:env/server'
import { createWillay } from '@willay/client'

/** What the pages that are made on demand ask; the static ones have the content store. */
export const w = createWillay({ url: WILLAY_API_URL })
