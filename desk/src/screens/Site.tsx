import { useState } from 'preact/hooks'
import { api, get, ifMatch, take, type Schema } from '../api/client'
import { config } from '../config'
import { attempt } from '../shell/notices'
import { Input, Select, TextArea, valueOf } from '../ui/Field'
import { nameOf, readTags } from '../ui/TagPicker'
import { useData } from '../ui/data'
import { Busy, Screen } from '../ui/parts'
import { words } from '../words'

type SiteData = Schema['ManagedSite']
type Entry = Schema['NavigationInput']
type Target = 'page' | 'tag' | 'url'

/** What the site says of itself: names, menu, home. Readers see a change at once. */
export function Site() {
  const w = words.value
  const site = useData(() => take(api.GET('/v1/admin/site')), [])
  const pages = useData(async () => (await get(api.GET('/v1/admin/articles', { params: { query: { kind: 'page', limit: 100, order: 'title' } } }))).body.data, [])
  const tags = useData(readTags, [])
  if (!site.data) return <Screen title={w.site}>{site.error ? <p class="error">{site.error}</p> : <Busy />}</Screen>
  const pageOptions = (pages.data ?? []).map((page): [string, string] => [page.slug, page.title])
  const tagOptions = (tags.data ?? []).map((tag): [string, string] => [tag.slug, nameOf(tag, w.locale)])
  return <Form key={site.data.revision} site={site.data} pages={pageOptions} tags={tagOptions} onSaved={site.reload} />
}

const targetOf = (entry: Entry): Target => (entry.page ? 'page' : entry.tag ? 'tag' : 'url')

/** A menu as the API takes it: entries that name nothing have no member for it. */
const toInput = (site: SiteData): Entry[] | null => site.navigation?.map((entry) => ({
  ...plain(entry), children: entry.children.map(plain),
})) ?? null

const plain = (entry: { page: string | null; tag: string | null; url: string | null; labels: Record<string, string> }): Entry => ({
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
  const texts = (said: Record<string, string>) => Object.fromEntries(config.languages.map((code) => [code, said[code]?.trim() || null]))
  const save = () => attempt(async () => {
    await take(api.PATCH('/v1/admin/site', {
      params: { header: ifMatch(site.revision) },
      body: {
        names: texts(names), descriptions: texts(descriptions), navigation: menu, sections,
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
        {config.languages.map((code) => <Input key={code} label={`${w.name}: ${w.languageName(code)}`} lang={code} value={names[code] ?? ''} onInput={(event) => setNames({ ...names, [code]: valueOf(event) })} />)}
        {config.languages.map((code) => <TextArea key={code} rows={2} label={`${w.description}: ${w.languageName(code)}`} lang={code} value={descriptions[code] ?? ''} onInput={(event) => setDescriptions({ ...descriptions, [code]: valueOf(event) })} />)}
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
            <li key={slug} class="chip">{props.tags.find(([other]) => other === slug)?.[1] ?? slug}
              <button type="button" class="plain" aria-label={w.removeOf(slug)} onClick={() => setSections(sections!.filter((other) => other !== slug))}>×</button></li>
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
        {config.languages.map((code) => (
          <Input key={code} label={`${w.label}: ${w.languageName(code)}`} lang={code} value={labels[code] ?? ''} onInput={(event) => {
            const next = { ...labels, [code]: valueOf(event) }
            if (!next[code]) delete next[code]
            props.onChange({ ...entry, labels: next })
          }} />
        ))}
      </div>
    </>
  )
}
