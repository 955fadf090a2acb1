import node from '@astrojs/node'
import { defineConfig, envField } from 'astro/config'

const secret = { context: 'server', access: 'secret' } as const

export default defineConfig({
  adapter: node({ mode: 'standalone' }),
  trailingSlash: 'never', // as Willay writes addresses
  cacheDir: './.cache', // the content and its cursor: keep this folder between builds
  image: { service: { entrypoint: 'astro/assets/services/noop' } }, // Willay has made every size
  env: {
    schema: {
      WILLAY_API_URL: envField.string({ ...secret, default: 'http://127.0.0.1:8000' }),
      WEBHOOK_SECRET: envField.string({ ...secret, optional: true }),
      BUILD_HOOK: envField.string({ ...secret, optional: true }),
      PURGE_URL: envField.string({ ...secret, optional: true }),
      PURGE_HEADER: envField.string({ ...secret, optional: true }),
    },
  },
})
