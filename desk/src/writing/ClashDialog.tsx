import { useState } from 'preact/hooks'
import { me } from '../shell/session'
import { Dialog } from '../ui/Dialog'
import { words } from '../words'
import type { Draft } from './draft'
import type { FieldName, Fields } from './fields'
import { joinParts, type Clash } from './merge'

type Choice = 'mine' | 'theirs' | 'both'

/** Lets the writer choose where two people changed the same words; all else is joined already. */
export function ClashDialog({ draft }: { draft: Draft }) {
  const w = words.value
  const disagreement = draft.disagreement.value!
  const [choices, setChoices] = useState<Record<string, Choice>>({})
  const bodyParts = disagreement.body ?? []
  const clashes: [string, Clash, boolean][] = [
    ...Object.entries(disagreement.fields).map(([name, clash]): [string, Clash, boolean] => [name, clash, false]),
    ...bodyParts.flatMap((part, index): [string, Clash, boolean][] => (typeof part === 'string' ? [] : [[`body ${index}`, part, true]])),
  ]
  const isComplete = clashes.every(([key]) => choices[key])
  const settle = () => {
    const chosen: Partial<Record<FieldName, unknown>> = {}
    for (const name of Object.keys(disagreement.fields) as FieldName[]) {
      if (choices[name] === 'theirs') chosen[name] = draft.article.value[name]
    }
    if (disagreement.body) {
      const format = draft.fields.value.body_format
      chosen.body = joinParts(bodyParts.map((part, index) => {
        if (typeof part === 'string') return part
        const choice = choices[`body ${index}`]
        return choice === 'both' ? joinParts([part.mine, part.theirs], format) : part[choice ?? 'mine']
      }), format)
    }
    void draft.settle(chosen as Partial<Fields>)
  }
  return (
    <Dialog title={w.clash(disagreement.who === me.value?.name ? w.you : disagreement.who)} onClose={() => undefined} wide>
      <p>{w.clashHelp}</p>
      {clashes.map(([key, clash, isBody]) => (
        <fieldset key={key} class="clash">
          <legend>{isBody ? w.paragraph : w.fieldNames[key as FieldName] ?? key}</legend>
          {(['mine', 'theirs', ...(isBody ? ['both'] : [])] as Choice[]).map((choice) => (
            <label key={choice}>
              <input type="radio" name={key} checked={choices[key] === choice} onChange={() => setChoices({ ...choices, [key]: choice })} />
              <strong>{w.clashChoices[choice]}</strong>
              {choice !== 'both' && <span class="clash-text">{clash[choice] || w.deleted}</span>}
            </label>
          ))}
        </fieldset>
      ))}
      <footer><button type="button" class="main" disabled={!isComplete} onClick={settle}>{w.joinTexts}</button></footer>
    </Dialog>
  )
}
