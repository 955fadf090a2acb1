import { useState } from 'preact/hooks'
import { api, get, ifMatch, take } from '../api/client'
import type { Tag } from '../api/types'
import { attempt } from '../shell/notices'
import { may } from '../shell/session'
import { ByLanguage, toChange } from '../ui/ByLanguage'
import { Dialog } from '../ui/Dialog'
import { Input, Select, valueOf } from '../ui/Field'
import { forgetTags, hasName, nameOf } from '../ui/TagPicker'
import { useData } from '../ui/data'
import { Empty, Pending, Screen } from '../ui/parts'
import { words } from '../words'

const TYPES = ['topic', 'place', 'person', 'organisation', 'series', 'format'] as const

/** All tags; those that were proposed come first. */
export function Tags() {
  const w = words.value
  const [text, setText] = useState('')
  const [type, setType] = useState('')
  const [opened, setOpened] = useState<Tag | null>(null)
  const tags = useData(() => take(api.GET('/v1/admin/tags', { params: {} })), [])
  const rows = (tags.data ?? [])
    .filter((tag) => (!type || tag.type === type) && hasName(tag, text.trim()))
    .sort((one, other) => Number(other.status === 'proposed') - Number(one.status === 'proposed') || nameOf(one, w.locale).localeCompare(nameOf(other, w.locale), w.locale))
  return (
    <Screen title={w.tags}>
      <div class="filters">
        <Input label={w.search} type="search" value={text} onInput={(event) => setText(valueOf(event))} />
        <Select label={w.kind} value={type} onChange={(event) => setType(valueOf(event))} options={[['', w.everything], ...TYPES.map((name): [string, string] => [name, w.tagTypes[name]])]} />
      </div>
      <Pending of={tags} />
      {tags.data && (rows.length ? (
        <div class="table-frame" tabIndex={0} role="region" aria-label={w.tags}>
          <table class="list">
            <thead><tr><th scope="col">{w.name}</th><th scope="col">{w.kind}</th><th scope="col" class="number">{w.usedTimes}</th><th scope="col">{w.slug}</th></tr></thead>
            <tbody>
              {rows.map((tag) => (
                <tr key={tag.id}>
                  <td><button type="button" class="plain" onClick={() => setOpened(tag)}>{nameOf(tag, w.locale)}</button> {tag.status === 'proposed' && <span class="badge in_review">{w.proposed}</span>}</td>
                  <td>{w.tagTypes[tag.type]}</td><td class="number">{tag.used_by}</td><td><code>{tag.slug}</code></td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      ) : <Empty>{w.nothingHere}</Empty>)}
      {opened && <TagDialog tag={opened} tags={tags.data ?? []} onClose={() => { setOpened(null); forgetTags(); tags.reload() }} />}
    </Screen>
  )
}

function TagDialog({ tag, tags, onClose }: { tag: Tag; tags: Tag[]; onClose: () => void }) {
  const w = words.value
  const [names, setNames] = useState(tag.names)
  const [descriptions, setDescriptions] = useState(tag.descriptions)
  const [type, setType] = useState(tag.type)
  const [parent, setParent] = useState(tag.parent ?? '')
  const [slug, setSlug] = useState(tag.slug)
  const [into, setInto] = useState('')
  const params = { path: { tag_id: tag.id }, header: ifMatch(tag.revision) }
  const canChange = may('tags:write') && (may('people:write') || tag.status === 'proposed')
  const others = tags.filter((other) => other.id !== tag.id).sort((one, other) => nameOf(one, w.locale).localeCompare(nameOf(other, w.locale)))
  const otherTags: [string, string][] = [['', '–'], ...others.map((other): [string, string] => [other.slug, nameOf(other, w.locale)])]
  const preview = useData(async () => into ? take(api.GET('/v1/admin/tags/{tag_id}/merge', { params: { path: { tag_id: tag.id }, query: { into } } })) : null, [into])
  const save = () => attempt(async () => {
    await take(api.PATCH('/v1/admin/tags/{tag_id}', { params, body: { names: toChange(names), descriptions: toChange(descriptions), type, parent: parent || null, slug } }))
    onClose()
  }, w.savedText)
  const remove = () => attempt(async () => {
    await get(api.DELETE('/v1/admin/tags/{tag_id}', { params: { ...params, query: into ? { replacement: into } : {} } }))
    onClose()
  }, into ? w.merged : w.removed)
  return (
    <Dialog title={nameOf(tag, w.locale)} onClose={onClose}>
      <form onSubmit={(event) => { event.preventDefault(); void save() }}>
        <fieldset class="bare" disabled={!canChange}>
          <ByLanguage label={w.name} value={names} onChange={setNames} />
          <ByLanguage label={w.description} rows={2} value={descriptions} onChange={setDescriptions} />
          <Select label={w.kind} value={type} onChange={(event) => setType(valueOf(event) as Tag['type'])} options={TYPES.map((name) => [name, w.tagTypes[name]])} />
          <Select label={w.above} value={parent} onChange={(event) => setParent(valueOf(event))} options={otherTags} />
          <Input label={w.slug} value={slug} onInput={(event) => setSlug(valueOf(event))} />
          <Select label={w.mergeInto} value={into} onChange={(event) => setInto(valueOf(event))} options={otherTags} />
        </fieldset>
        {!into && tag.used_by > 0 && <p class="help">{w.removeNeeds(tag.used_by)}</p>}
        {preview.data && <p class="warning">{w.mergePreview(preview.data.working_copies, preview.data.public_articles, preview.data.events)}</p>}
        {canChange && (
          <footer>
            <button type="button" class="danger" disabled={!into && tag.used_by > 0} onClick={() => void remove()}>{into ? w.merge : w.remove}</button>
            <button class="main">{tag.status === 'proposed' && may('people:write') ? w.acceptTag : w.save}</button>
          </footer>
        )}
      </form>
    </Dialog>
  )
}
