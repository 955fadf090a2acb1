import { useState } from 'preact/hooks'
import type { Schema } from '../../api/client'
import { config } from '../../config'
import { Checkbox, Input, Select, valueOf } from '../../ui/Field'
import { words } from '../../words'
import type { DeskImport } from './sending'

type Options = Schema['ImportChoices']
type ContentType = NonNullable<Options['types']>[string]
type Choice = 'lang' | 'timezone' | 'site' | 'drop_unknown' | 'fetch_media' | 'types'

/** The choices that mean something for each source. */
const CHOICES: Record<DeskImport['source'], Choice[]> = {
  wordpress: ['lang', 'timezone', 'drop_unknown', 'fetch_media', 'types'],
  ghost: ['site', 'lang', 'fetch_media'],
  folder: ['site', 'lang', 'timezone', 'drop_unknown'],
  jsonl: [],
}

/** How the files are to be read, and the button that tries the import. */
export function Choices(props: { job: DeskImport; hindrance: string | null; label: string; isMain: boolean; onTry: (options: Options) => Promise<unknown> }) {
  const w = words.value.imports
  const { job, hindrance } = props
  const [options, setOptions] = useState(job.options)
  const [types, setTypes] = useState(Object.entries(job.options.types ?? {}))
  const [isBusy, setBusy] = useState(false)
  const set = (change: Partial<Options>) => setOptions({ ...options, ...change })
  const has = (choice: Choice) => CHOICES[job.source].includes(choice)
  const submit = async () => {
    setBusy(true)
    const named = types.map(([name, as]): [string, ContentType] => [name.trim(), as]).filter(([name]) => name)
    await props.onTry({ ...options, types: Object.fromEntries(named) })
    setBusy(false)
  }
  return (
    <form class="narrow" onSubmit={(event) => { event.preventDefault(); void submit() }}>
      <h2>{w.choices}</h2>
      {has('site') && <Input label={w.site} help={w.siteHelp} type="url" value={options.site ?? ''} onInput={(event) => set({ site: valueOf(event).trim() })} />}
      {(has('lang') || has('timezone')) && <div class="row">
        {has('lang') && <Select label={w.lang} value={options.lang ?? ''} onChange={(event) => set({ lang: valueOf(event) || null })}
          options={[['', w.langFromSource], ...config.languages.map((code): [string, string] => [code, words.value.languageName(code)])]} />}
        {has('timezone') && <Input label={w.zone} help={w.zoneHelp(config.zone)} list="zones" value={options.timezone ?? ''} onInput={(event) => set({ timezone: valueOf(event).trim() || null })} />}
        <datalist id="zones">{Intl.supportedValuesOf('timeZone').map((zone) => <option key={zone} value={zone} />)}</datalist>
      </div>}
      {has('drop_unknown') && <Checkbox label={w.dropUnknown} help={w.dropHelp} checked={options.drop_unknown} onChange={(event) => set({ drop_unknown: event.currentTarget.checked })} />}
      {has('fetch_media') && <Checkbox label={w.fetchMedia} help={w.fetchHelp} checked={options.fetch_media} onChange={(event) => set({ fetch_media: event.currentTarget.checked })} />}
      <Checkbox label={w.announce} help={w.announceHelp} checked={options.announce} onChange={(event) => set({ announce: event.currentTarget.checked })} />
      {has('types') && <Types value={types} onChange={setTypes} />}
      <p class="acts-line">
        <button class={props.isMain ? 'main' : ''} disabled={hindrance !== null || isBusy}>{props.label}</button> {hindrance && <span class="help">{hindrance}</span>}
      </p>
    </form>
  )
}

/** Types of content of the old site, and what each is here. */
function Types({ value, onChange }: { value: [string, ContentType][]; onChange: (value: [string, ContentType][]) => void }) {
  const w = words.value.imports
  const change = (index: number, row: [string, ContentType]) => onChange(value.map((old, at) => (at === index ? row : old)))
  return (
    <fieldset>
      <legend>{w.types}</legend>
      <p class="help">{w.typesHelp}</p>
      {value.map(([name, as], index) => (
        <div key={index} class="row type-row">
          <Input label={w.typeName} maxLength={60} value={name} onInput={(event) => change(index, [valueOf(event), as])} />
          <Select label={w.typeAs} value={as} onChange={(event) => change(index, [name, valueOf(event) as ContentType])} options={[['article', words.value.kinds.article], ['page', words.value.kinds.page]]} />
          <p><button type="button" class="plain" aria-label={words.value.removeOf(name)} onClick={() => onChange(value.filter((_, at) => at !== index))}>{words.value.remove}</button></p>
        </div>
      ))}
      <button type="button" disabled={value.length >= 50} onClick={() => onChange([...value, ['', 'article']])}>{w.addType}</button>
    </fieldset>
  )
}
