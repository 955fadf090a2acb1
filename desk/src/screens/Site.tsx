import { useState } from 'preact/hooks'
import { api, ifMatch, take, type Schema } from '../api/client'
import { attempt } from '../shell/notices'
import { ByLanguage, toChange } from '../ui/ByLanguage'
import { Input, Select, valueOf } from '../ui/Field'
import { nameOf, readTags } from '../ui/TagPicker'
import { useData } from '../ui/data'
import { Chip, Pending, Screen } from '../ui/parts'
import { words } from '../words'

type SiteData = Schema['ManagedSite']
type Entry = Schema['NavigationInput']
type Target = 'page' | 'tag' | 'url'

/** What the site says of itself: names, menu, home. Readers see a change at once. */
export function Site() {
  const w = words.value
  const site = useData(() => take(api.GET('/v1/admin/site')), [])
  const pages = useData(() => take(api.GET('/v1/admin/articles', { params: { query: { kind: 'page', limit: 100, order: 'title' } } })), [])
  const tags = useData(readTags, [])
  if (!site.data) return <Screen title={w.site}><Pending of={site} /></Screen>
  const pageOptions = (pages.data ?? []).map((page): [string, string] => [page.slug, page.title])
  const tagOptions = (tags.data ?? []).map((tag): [string, string] => [tag.slug, nameOf(tag, w.locale)])
  return <Form key={site.data.revision} site={site.data} pages={pageOptions} tags={tagOptions} onSaved={site.reload} />
}

const targetOf = (entry: Entry): Target => (entry.page ? 'page' : entry.tag ? 'tag' : 'url')

/** A menu as the API takes it: entries that name nothing have no member for it. */
const toInput = (site: SiteData): Entry[] | null => site.navigation?.map((entry) => ({
  ...toEntry(entry), children: entry.children.map(toEntry),
})) ?? null

const toEntry = (entry: { page: string | null; tag: string | null; url: string | null; labels: Record<string, string> }): Entry => ({
  ...(entry.page ? { page: entry.page } : entry.tag ? { tag: entry.tag } : { url: entry.url }), labels: entry.labels,
})

function Form(props: { site: SiteData; pages: [string, string][]; tags: [string, string][]; onSaved: () => void }) {
  const w = words.value
  const { site } = props
  const [names, setNames] = useState(site.names)
  const [descriptions, setDescriptions] = useState(site.descriptions)
  const [contact, setContact] = useState(site.contact)
  const [menu, setMenu] = useState(toInput(site))
  const [sections, setSections] = useState(site.sections)
  const save = () => attempt(async () => {
    await take(api.PATCH('/v1/admin/site', {
      params: { header: ifMatch(site.revision) },
      body: {
        names: toChange(names), descriptions: toChange(descriptions), navigation: menu, sections,
        contact: { email: contact['email'] || null, corrections_email: contact['corrections_email'] || null } as never,
      },
    }))
    props.onSaved()
  }, w.savedText)
  const change = (index: number, entry: Entry) => setMenu(menu!.map((other, at) => (at === index ? entry : other)))
  const move = (index: number, step: number) => {
    const next = [...menu!]
    const [entry] = next.splice(index, 1)
    next.splice(Math.max(0, index + step), 0, entry!)
    setMenu(next)
  }
  return (
    <Screen title={w.site}>
      <form class="narrow" onSubmit={(event) => { event.preventDefault(); void save() }}>
        {site.warnings.map((warning, index) => <p key={index} class="warning">{warning.message}</p>)}
        <ByLanguage label={w.name} value={names} onChange={setNames} />
        <ByLanguage label={w.description} rows={2} value={descriptions} onChange={setDescriptions} />
        <div class="row">
          <Input label={w.email} type="email" value={contact['email'] ?? ''} onInput={(event) => setContact({ ...contact, email: valueOf(event) })} />
          <Input label={w.correctionsEmail} type="email" value={contact['corrections_email'] ?? ''} onInput={(event) => setContact({ ...contact, corrections_email: valueOf(event) })} />
        </div>
        <h2>{w.navigation}</h2>
        {menu === null ? <p class="help">{w.allPages} <button type="button" onClick={() => setMenu([])}>{w.ownMenu}</button></p> : (
          <>
            <ol class="plain-list">
              {menu.map((entry, index) => (
                <li key={index} class="panel">
                  <EntryFields entry={entry} pages={props.pages} tags={props.tags} onChange={(next) => change(index, { ...next, ...(entry.children ? { children: entry.children } : {}) })} />
                  {(entry.children?.length ?? 0) > 0 && <p class="help">{w.below(entry.children!.length)}</p>}
                  <p>
                    <button type="button" disabled={!index} onClick={() => move(index, -1)}>{w.up}</button>{' '}
                    <button type="button" disabled={index === menu.length - 1} onClick={() => move(index, 1)}>{w.down}</button>{' '}
                    <button type="button" class="danger" onClick={() => setMenu(menu.filter((_, at) => at !== index))}>{w.remove}</button>
                  </p>
                </li>
              ))}
            </ol>
            <p><button type="button" onClick={() => setMenu([...menu, { url: '', labels: {} }])}>{w.addEntry}</button>{' '}<button type="button" onClick={() => setMenu(null)}>{w.allPagesAgain}</button></p>
          </>
        )}
        <h2>{w.sections}</h2>
        <p class="help">{w.sectionsHelp}</p>
        <ul class="chips">
          {(sections ?? []).map((slug) => (
            <Chip key={slug} name={props.tags.find(([other]) => other === slug)?.[1] ?? slug} onRemove={() => setSections(sections!.filter((other) => other !== slug))} />
          ))}
        </ul>
        <Select label={w.addSection} value="" onChange={(event) => { if (valueOf(event)) setSections([...(sections ?? []), valueOf(event)]) }} options={[['', '–'], ...props.tags.filter(([slug]) => !sections?.includes(slug))]} />
        <footer><button class="main">{w.save}</button></footer>
      </form>
    </Screen>
  )
}

function EntryFields(props: { entry: Entry; pages: [string, string][]; tags: [string, string][]; onChange: (entry: Entry) => void }) {
  const w = words.value
  const { entry } = props
  const target = targetOf(entry)
  const labels = entry.labels ?? {}
  const set = (kind: Target, value: string) => props.onChange({ labels, [kind]: value })
  return (
    <>
      <div class="row">
        <Select label={w.kind} value={target} onChange={(event) => set(valueOf(event) as Target, '')} options={[['page', w.kinds.page], ['tag', w.tag], ['url', w.address]]} />
        {target === 'url' ? <Input label={w.address} type="url" required value={entry.url ?? ''} onInput={(event) => set('url', valueOf(event))} />
          : <Select label={target === 'page' ? w.kinds.page : w.tag} required value={entry[target] ?? ''} onChange={(event) => set(target, valueOf(event))} options={[['', '–'], ...(target === 'page' ? props.pages : props.tags)]} />}
      </div>
      <div class="row">
        <ByLanguage label={w.label} value={labels} onChange={(next) =>
          props.onChange({ ...entry, labels: Object.fromEntries(Object.entries(next).filter(([, text]) => text)) })} />
      </div>
    </>
  )
}
