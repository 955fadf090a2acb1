import { useState } from 'preact/hooks'
import { api, ifMatch, take, type Schema } from '../api/client'
import { MediumField } from '../editor/MediumField'
import { attempt } from '../shell/notices'
import { go, place, useUnsaved } from '../shell/router'
import { ByLanguage, toChange } from '../ui/ByLanguage'
import { Input, Select, valueOf } from '../ui/Field'
import { nameOf, readTags } from '../ui/TagPicker'
import { useData } from '../ui/data'
import { Chip, Pending, Screen } from '../ui/parts'
import { words } from '../words'
import { ArticleOrder } from '../writing/ArticleOrder'
import { Aliases } from './Aliases'
import { SiteMenu, type MenuEntry, type Targets } from './SiteMenu'

type SiteData = Schema['ManagedSite']
type Policy = keyof Schema['SitePolicies']

/** What the site says of itself, and the old addresses that lead to it. */
export function Site() {
  const w = words.value
  const isAliases = place.value.path.endsWith('/addresses')
  const tab = (path: string, label: string, isOn: boolean) => <button type="button" class="tab" aria-pressed={isOn} onClick={() => go(path)}>{label}</button>
  return (
    <Screen title={w.site}>
      <div class="tabs">{tab('/site', w.siteItself, !isAliases)}{tab('/site/addresses', w.aliases, isAliases)}</div>
      {isAliases ? <Aliases /> : <SiteRecord />}
    </Screen>
  )
}

/** Names, menu, home and policies. Readers see a change at once. */
function SiteRecord() {
  const site = useData(() => take(api.GET('/v1/admin/site')), [])
  const pages = useData(() => take(api.GET('/v1/admin/articles', { params: { query: { kind: 'page', limit: 100, order: 'title' } } })), [])
  const tags = useData(readTags, [])
  if (!site.data) return <Pending of={site} />
  const targets: Targets = {
    pages: (pages.data ?? []).map((page) => [page.slug, `${page.title} (${page.lang})`]),
    tags: (tags.data ?? []).map((tag) => [tag.slug, nameOf(tag, words.value.locale)]),
  }
  return <Form key={site.data.revision} site={site.data} targets={targets} onSaved={site.reload} />
}

/** A menu as the API takes it: entries that name nothing have no member for it. */
const toInput = (site: SiteData): MenuEntry[] | null => site.navigation?.map((entry) => ({
  ...toEntry(entry), children: entry.children.map(toEntry),
})) ?? null

const toEntry = (entry: { page: string | null; tag: string | null; url: string | null; labels: Record<string, string> }): MenuEntry => ({
  ...(entry.page ? { page: entry.page } : entry.tag ? { tag: entry.tag } : { url: entry.url }), labels: entry.labels,
})

function Form(props: { site: SiteData; targets: Targets; onSaved: () => void }) {
  const w = words.value
  const { site, targets } = props
  const [names, setNames] = useState(site.names)
  const [descriptions, setDescriptions] = useState(site.descriptions)
  const [contact, setContact] = useState(site.contact)
  const [logo, setLogo] = useState(site.logo)
  const [menu, setMenu] = useState(() => toInput(site))
  const [sections, setSections] = useState(site.sections)
  const [featured, setFeatured] = useState(site.featured)
  const [policies, setPolicies] = useState(site.policies)
  const changes = {
    names: toChange(names), descriptions: toChange(descriptions), logo, navigation: menu, sections, featured,
    contact: { email: contact['email'] || null, corrections_email: contact['corrections_email'] || null },
    policies: Object.fromEntries(Object.keys(w.policies).map((name) => [name, policies[name]?.trim() || null])),
  }
  const [before] = useState(JSON.stringify(changes))
  useUnsaved(JSON.stringify(changes) !== before)
  const save = () => attempt(async () => {
    await take(api.PATCH('/v1/admin/site', { params: { header: ifMatch(site.revision) }, body: changes as never }))
    props.onSaved()
  }, w.savedText)
  const addSection = (slug: string) => { if (slug) setSections([...(sections ?? []), slug]) }
  return (
    <form class="narrow" onSubmit={(event) => { event.preventDefault(); void save() }}>
      {site.warnings.map((warning, index) => <p key={index} class="warning">{warning.message}</p>)}
      <ByLanguage label={w.name} value={names} onChange={setNames} />
      <ByLanguage label={w.description} rows={2} value={descriptions} onChange={setDescriptions} />
      <MediumField label={w.logo} value={logo} onChange={setLogo} />
      <div class="row">
        <Input label={w.email} type="email" value={contact['email'] ?? ''} onInput={(event) => setContact({ ...contact, email: valueOf(event) })} />
        <Input label={w.correctionsEmail} type="email" value={contact['corrections_email'] ?? ''} onInput={(event) => setContact({ ...contact, corrections_email: valueOf(event) })} />
      </div>
      <h2>{w.navigation}</h2>
      {menu === null
        ? <p class="help">{w.allPages} <button type="button" onClick={() => setMenu([])}>{w.ownMenu}</button></p>
        : <>
            <SiteMenu menu={menu} targets={targets} onChange={setMenu} />
            <p><button type="button" onClick={() => setMenu(null)}>{w.allPagesAgain}</button></p>
          </>}
      <h2>{w.home}</h2>
      <h3>{w.featured}</h3>
      <p class="help">{w.featuredHelp}</p>
      <ArticleOrder ids={featured} onChange={setFeatured} />
      <h3>{w.sections}</h3>
      <p class="help">{w.sectionsHelp}</p>
      <ul class="chips">
        {(sections ?? []).map((slug) => (
          <Chip key={slug} name={targets.tags.find(([other]) => other === slug)?.[1] ?? slug} onRemove={() => setSections(sections!.filter((other) => other !== slug))} />
        ))}
      </ul>
      <Select label={w.addSection} value="" onChange={(event) => addSection(valueOf(event))} options={[['', '–'], ...targets.tags.filter(([slug]) => !sections?.includes(slug))]} />
      {sections && <button type="button" onClick={() => setSections(null)}>{w.usualSections}</button>}
      <details>
        <summary>{w.policiesTitle}</summary>
        <p class="help">{w.policiesHelp}</p>
        {(Object.keys(w.policies) as Policy[]).map((name) => (
          <Input key={name} label={w.policies[name]} type="url" value={policies[name] ?? ''} onInput={(event) => setPolicies({ ...policies, [name]: valueOf(event) })} />
        ))}
      </details>
      <footer class="save-bar"><button class="main">{w.save}</button></footer>
    </form>
  )
}
