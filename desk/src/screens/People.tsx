import { go, place } from '../shell/router'
import { Screen } from '../ui/parts'
import { words } from '../words'
import { Authors } from './people/Authors'
import { Committee } from './people/Committee'
import { Sponsors } from './people/Sponsors'

const PARTS = { committee: Committee, sponsors: Sponsors, authors: Authors }
type Part = keyof typeof PARTS

/** The committee, sponsors and authors, whom readers see. */
export function People() {
  const w = words.value
  const names = Object.keys(PARTS) as Part[]
  const part = names.find((name) => name === place.value.query.get('part')) ?? 'committee'
  const Shown = PARTS[part]
  return (
    <Screen title={w.people}>
      <div class="tabs">
        {names.map((name) => (
          <button key={name} type="button" class="tab" aria-pressed={part === name} onClick={() => go(`/people?part=${name}`)}>{w[name]}</button>
        ))}
      </div>
      <Shown />
    </Screen>
  )
}
