import type { Loader } from 'astro/loaders'
import { createWillay, WillayError } from '@willay/client'

/** All that is public, by the change feed: a build reads only what changed since the last one. */
export function willayLoader(url: string): Loader {
  const w = createWillay({ url })
  return {
    name: 'willay',
    async load({ store, meta }) {
      const follow = async (cursor: string) => {
        for await (const change of w.changes({ cursor, limit: 100 })) {
          const id = `${change.kind}/${change.id}`
          if (change.type === 'delete') store.delete(id)
          else store.set({ id, data: { ...change } })
          meta.set('cursor', change.cursor)
        }
      }
      try {
        await follow(meta.get('cursor') ?? '')
      } catch (error) {
        if (!(error instanceof WillayError && error.code === 'cursor_gone')) throw error
        store.clear() // the service was restored from a backup: begin again
        await follow('')
      }
    },
  }
}
