import type { ComponentChildren } from 'preact'
import type { Schema } from '../../api/client'
import { words } from '../../words'
import { kindName, Told } from './parts'

type ImportReport = Schema['DeskImportReport']
type Finding = Schema['ImportFinding']
const TEXTS = ['post', 'page', 'text']
/** So many places of a kind the server keeps. */
const PLACES = 50
const PLUGIN_TYPE = /^a type of a plugin; bring it with --type (.*)=article$/
const PLUGIN_TERMS = /^of a plugin; with --taxonomy (.*) it becomes a tag$/

/** What a plugin of the old site made and the import may bring after all. */
export interface Wish { types?: string; taxonomies?: string }

/** What an import brings, or would bring, as one sentence. `types` are those that come besides posts and pages. */
export function summarize(report: ImportReport, isTrial: boolean, types: string[]): string {
  const w = words.value.imports
  const refused = report.refused_count
  if (!report.items.length && report.read) {
    return w.summary(w.of(report.read - refused, report.read, 'record'), isTrial, 0, refused)
  }
  const texts = report.items.filter((row) => [...TEXTS, ...types].includes(row.kind))
    .sort((one, other) => other.read - one.read)
  const parts = texts.map((row) => w.of(row.passed_on, row.read, row.kind))
  const left = texts.reduce((sum, row) => sum + row.read - row.passed_on, 0)
  return w.summary(new Intl.ListFormat(words.value.locale).format(parts), isTrial, left, refused)
}

/** What becomes of everything that the source holds. */
export function Report({ report, isTrial, onBring }: { report: ImportReport; isTrial: boolean; onBring?: ((wish: Wish) => void) | undefined }) {
  const w = words.value.imports
  const items = [...report.items].sort((one, other) => Number(TEXTS.includes(other.kind)) - Number(TEXTS.includes(one.kind)) || other.passed_on - one.passed_on || other.read - one.read)
  return (
    <div class="report">
      {items.length > 0 && (
        <Block title={w.items}>
          <Table name={w.items} heads={[w.kind, w.inSource, isTrial ? w.wouldComeTitle : w.cameTitle]}
            rows={items.map((row) => [kindName(row.kind), row.read, row.passed_on])} />
        </Block>
      )}
      {report.refused_count > 0 && (
        <Block title={w.refusedTitle} count={report.refused_count}>
          <Lines rows={report.refused.map((row) => <><strong>{w.line(row.file, row.line)}</strong>: <Told text={row.message} /> <code>{row.code}</code></>)} all={report.refused_count} />
        </Block>
      )}
      {report.left.length > 0 && (
        <Block title={w.leftTitle}>
          <ul class="plain-list findings">
            {report.left.map((row) => {
              const type = PLUGIN_TYPE.exec(row.reason)?.[1]
              const terms = PLUGIN_TERMS.exec(row.reason)?.[1]
              return (
                <li key={row.kind + row.reason}>
                  <p><Count value={row.count} /> {kindName(row.kind)}: <Told text={row.reason} /></p>
                  <Places places={row.places} />
                  {type && onBring && <p><button type="button" onClick={() => onBring({ types: type })}>{w.bringAs(type)}</button></p>}
                  {terms && onBring && <p><button type="button" onClick={() => onBring({ taxonomies: terms })}>{w.bringAsTags(terms)}</button></p>}
                </li>
              )
            })}
          </ul>
        </Block>
      )}
      <Findings title={w.changesTitle} rows={report.findings} />
      <Findings title={w.markupTitle} rows={report.markup} />
      {report.notices_count > 0 && (
        <Block title={w.noticesTitle} count={report.notices_count} isClosed>
          <Lines rows={report.notices.map((row) => <><strong>{w.line(row.file, row.line)}</strong>: <Told text={row.message} /></>)} all={report.notices_count} />
        </Block>
      )}
      <Made outcomes={report.outcomes} />
    </div>
  )
}

/** What the records become here: new, changed, or as they were. */
function Made({ outcomes }: { outcomes: Record<string, number> }) {
  const w = words.value.imports
  const kinds = [...new Set(Object.keys(outcomes).map((outcome) => outcome.split(' ')[0]!))].sort()
  if (!kinds.length) return null
  const columns = (['created', 'updated', 'unchanged'] as const).filter((what) => kinds.some((kind) => outcomes[`${kind} ${what}`]))
  return (
    <Block title={w.madeTitle}>
      <Table name={w.madeTitle} heads={[w.kind, ...columns.map((what) => w[what])]}
        rows={kinds.map((kind) => [w.made[kind] ?? kind, ...columns.map((what) => outcomes[`${kind} ${what}`] ?? 0)])} />
    </Block>
  )
}

/** What an undoing took back, and what stayed. */
export function Undone({ report }: { report: Schema['UndoneImport'] }) {
  const w = words.value.imports
  const tables: [string, Record<string, number>][] = [[w.undoneTitle, report.undone], [w.stayed, report.kept]]
  return (
    <div class="report">
      {tables.filter(([, counts]) => Object.values(counts).some(Boolean)).map(([title, counts]) => (
        <Block key={title} title={title}>
          <Table name={title} heads={[w.kind, w.count]} rows={Object.entries(counts).filter(([, count]) => count).map(([kind, count]) => [w.made[kind] ?? kind, count])} />
        </Block>
      ))}
    </div>
  )
}

function Findings({ title, rows }: { title: string; rows: Finding[] }) {
  if (!rows.length) return null
  const counted = [...rows].sort((one, other) => other.count - one.count)
  return (
    <Block title={title} count={rows.length} isClosed>
      <ul class="plain-list findings">
        {counted.map((row) => (
          <li key={row.message + row.subject}>
            <p><Count value={row.count} /> <Told text={row.message} />{row.subject && <>: <code>{row.subject}</code></>}</p>
            <Places places={row.places} />
          </li>
        ))}
      </ul>
    </Block>
  )
}

function Block(props: { title: string; count?: number; isClosed?: boolean; children: ComponentChildren }) {
  const title = <>{props.title}{props.count !== undefined && <span class="count">{props.count.toLocaleString(words.value.locale)}</span>}</>
  return props.isClosed
    ? <details class="report-part"><summary>{title}</summary>{props.children}</details>
    : <section class="report-part"><h2>{title}</h2>{props.children}</section>
}

function Table({ name, heads, rows }: { name: string; heads: string[]; rows: (string | number)[][] }) {
  const { locale } = words.value
  return (
    <div class="table-frame" tabIndex={0} role="region" aria-label={name}>
      <table class="list">
        <thead><tr>{heads.map((head, index) => <th key={head} scope="col" class={index ? 'number' : ''}>{head}</th>)}</tr></thead>
        <tbody>
          {rows.map(([kind, ...numbers]) => (
            <tr key={kind}><th scope="row">{kind}</th>{numbers.map((number, index) => <td key={index} class="number">{number.toLocaleString(locale)}</td>)}</tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

const Count = ({ value }: { value: number }) => <strong class="finding-count">{value.toLocaleString(words.value.locale)} ×</strong>

/** Where something is, behind a disclosure. */
function Places({ places }: { places: string[] }) {
  const w = words.value.imports
  if (places.length < 2) return <>{places[0] && <p class="help">{places[0]}</p>}</>
  return <details class="places"><summary>{places.length < PLACES ? w.places : w.firstPlaces}</summary><p>{places.join(', ')}{places.length >= PLACES && ' …'}</p></details>
}

function Lines({ rows, all }: { rows: ComponentChildren[]; all: number }) {
  return (
    <ul class="plain-list findings">
      {rows.map((row, index) => <li key={index}><p>{row}</p></li>)}
      {all > rows.length && <li><p class="help">{words.value.imports.more(all - rows.length)}</p></li>}
    </ul>
  )
}
