import { useState } from 'preact/hooks'
import { Dialog } from '../../ui/Dialog'
import { words } from '../../words'
import type { DeskImport } from './sending'

/** How each state is coloured. */
export const STATE_LOOKS: Record<DeskImport['state'], string> = {
  open: '', checking: 'approved', checked: 'approved', importing: 'approved', stopped: 'in_review', imported: 'published',
  undoing: 'approved', undone: '', failed: 'retracted',
}

export const isRunning = (job: DeskImport): boolean => ['checking', 'importing', 'undoing'].includes(job.state)

export const shareOf = (done: number, total: number): string =>
  new Intl.NumberFormat(words.value.locale, { style: 'percent' }).format(total ? Math.min(1, done / total) : 1)

const UNITS = ['byte', 'kilobyte', 'megabyte', 'gigabyte'] as const

export function showBytes(size: number): string {
  const step = Math.min(UNITS.length - 1, Math.floor(Math.log10(Math.max(size, 1)) / 3))
  return new Intl.NumberFormat(words.value.locale, { style: 'unit', unit: UNITS[step]!, maximumFractionDigits: step > 1 ? 1 : 0 }).format(size / 1_000 ** step)
}

/** A sentence of a report, in the language of the screens where they know it. */
export function Told({ text }: { text: string }) {
  const { sentences, patterns } = words.value.imports
  let told = sentences[text]
  for (const [pattern, tell] of patterns) {
    const parts = told === undefined && pattern.exec(text)
    if (parts) told = tell(...parts)
  }
  return told === undefined ? <span lang="en">{text}</span> : <span>{told}</span>
}

/** What a kind of items is called; types of plugins keep their own names. */
export function kindName(kind: string): string {
  const w = words.value.imports
  const foreign = /^(row|term) of (.*)/.exec(kind)
  if (foreign) return foreign[1] === 'row' ? w.rowsOf(foreign[2]!) : w.termsOf(foreign[2]!)
  return w.kinds[kind] ?? kind
}

/** A question before something that readers notice. */
export function SureDialog(props: { title: string; help: string; act: string; isDangerous?: boolean; onSure: () => Promise<unknown>; onClose: () => void }) {
  const [isBusy, setBusy] = useState(false)
  const act = async () => {
    setBusy(true)
    await props.onSure()
    props.onClose()
  }
  return (
    <Dialog title={props.title} onClose={props.onClose}>
      <form onSubmit={(event) => { event.preventDefault(); void act() }}>
        <p>{props.help}</p>
        <footer>
          <button type="button" onClick={props.onClose}>{words.value.imports.cancel}</button>
          <button class={props.isDangerous ? 'main danger' : 'main'} disabled={isBusy}>{props.act}</button>
        </footer>
      </form>
    </Dialog>
  )
}
