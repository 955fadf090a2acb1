import { useState } from 'preact/hooks'
import { api, get, ifMatch, take, type Schema } from '../api/client'
import { attempt } from '../shell/notices'
import { Input, Select, valueOf } from '../ui/Field'
import { readTags, nameOf } from '../ui/TagPicker'
import { useData, usePages, useQuiet } from '../ui/data'
import { Empty, More, Pending } from '../ui/parts'
import { words } from '../words'

type Alias = Schema['ManagedAlias']
type Target = 'slug' | 'tag' | 'url' | 'gone'

/** Old addresses, each with what answers there now. */
export function Aliases() {
  const w = words.value
  const [text, setText] = useState('')
  const path = useQuiet(text.trim())
  const aliases = usePages(async (from) => (await get(api.GET('/v1/admin/aliases', {
    params: { query: { limit: 50, ...(path ? { path } : {}), ...from } },
  }))).body, [path])
  const forget = (alias: Alias) => attempt(async () => {
    await get(api.DELETE('/v1/admin/aliases/{alias_id}', { params: { path: { alias_id: alias.id }, header: ifMatch(alias.revision) } }))
    aliases.reload()
  }, w.removed)
  return (
    <section>
      <p class="help">{w.aliasesHelp}</p>
      <NewAlias onMade={aliases.reload} />
      <div class="filters"><Input label={w.findPath} type="search" placeholder="/news/2009/12" value={text} onInput={(event) => setText(valueOf(event))} /></div>
      <Pending of={aliases} />
      {aliases.data && (aliases.rows.length ? (
        <ul class="rows">
          {aliases.rows.map((alias) => (
            <li key={alias.id}>
              <div class="row-text">
                <p><code>{alias.path}</code></p>
                <p class="row-facts">
                  <span>{alias.gone ? w.goneBecause(alias.gone) : `→ ${alias.url ?? alias.slug ?? `${w.tag}: ${alias.tag}`}`}</span>
                  <button type="button" class="plain" aria-label={w.removeOf(alias.path)} onClick={() => void forget(alias)}>{w.remove}</button>
                </p>
              </div>
            </li>
          ))}
        </ul>
      ) : <Empty>{w.nothingHere}</Empty>)}
      <More readOn={aliases.readOn} />
    </section>
  )
}

function NewAlias({ onMade }: { onMade: () => void }) {
  const w = words.value
  const [path, setPath] = useState('')
  const [target, setTarget] = useState<Target>('slug')
  const [answer, setAnswer] = useState('')
  const tags = useData(readTags, [])
  const create = () => attempt(async () => {
    await take(api.POST('/v1/admin/aliases', { body: { path: path.trim(), [target]: answer.trim() } }))
    setPath('')
    setAnswer('')
    onMade()
  }, w.savedText)
  return (
    <details class="narrow">
      <summary>{w.newAlias}</summary>
      <form onSubmit={(event) => { event.preventDefault(); void create() }}>
        <Input label={w.oldPath} help={w.oldPathHelp} required value={path} onInput={(event) => setPath(valueOf(event))} />
        <Select label={w.whatAnswers} value={target} onChange={(event) => { setTarget(valueOf(event) as Target); setAnswer('') }}
          options={[['slug', w.kinds.article], ['tag', w.tag], ['url', w.otherSite], ['gone', w.nothingAnswers]]} />
        {target === 'tag'
          ? <Select label={w.tag} required value={answer} onChange={(event) => setAnswer(valueOf(event))} options={[['', '–'], ...(tags.data ?? []).map((tag): [string, string] => [tag.slug, nameOf(tag, w.locale)])]} />
          : <Input label={target === 'slug' ? w.slug : target === 'url' ? w.address : w.reason} type={target === 'url' ? 'url' : 'text'} required value={answer} onInput={(event) => setAnswer(valueOf(event))} />}
        <button disabled={!path.trim() || !answer.trim()}>{w.newAlias}</button>
      </form>
    </details>
  )
}
