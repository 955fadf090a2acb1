import { api, ifMatch, take } from '../api/client'
import { attempt } from '../shell/notices'
import { useData } from '../ui/data'
import { words } from '../words'

/** Puts an article first on the home, or takes it away from there. */
export function FeatureButton({ id }: { id: string }) {
  const w = words.value
  const site = useData(() => take(api.GET('/v1/admin/site')), [id])
  if (!site.data) return null
  const { featured, revision } = site.data
  const isFeatured = featured.includes(id)
  const change = () => attempt(async () => {
    await take(api.PATCH('/v1/admin/site', {
      params: { header: ifMatch(revision) },
      body: { featured: isFeatured ? featured.filter((other) => other !== id) : [id, ...featured] },
    }))
  }, w.savedText).then(site.reload)
  return <button type="button" aria-pressed={isFeatured} onClick={() => void change()}>{w.feature}</button>
}
