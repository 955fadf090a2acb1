import { useState } from 'preact/hooks'
import { config } from '../config'
import { instantsOf, localOf, showMoment, showOffset } from '../time'
import { words } from '../words'
import { Input, valueOf } from './Field'

/** A time by the house's clocks. It asks where they show a time twice, and refuses one they skip. */
export function MomentInput(props: { label: string; value: Date | null; onChange: (instant: Date | null) => void; required?: boolean }) {
  const w = words.value
  const [local, setLocal] = useState(props.value ? localOf(props.value) : '')
  const instants = local ? instantsOf(local) : []
  const change = (event: Event) => {
    // While a part of the time is typed, there is no other time yet.
    if ((event.currentTarget as HTMLInputElement).validity.badInput) return
    const text = valueOf(event)
    setLocal(text)
    const found = text ? instantsOf(text) : []
    props.onChange(found.length === 1 ? found[0]! : null)
  }
  const isSkipped = local !== '' && !instants.length
  return (
    <div class="moment">
      <Input
        label={props.label}
        type="datetime-local"
        value={local}
        required={props.required}
        onInput={change}
        error={isSkipped ? w.skippedTime(config.zone) : undefined}
        help={props.value && !isSkipped ? `${showMoment(props.value, { zone: true })}, ${showOffset(props.value)}` : config.zone}
      />
      {instants.length > 1 && (
        <fieldset>
          <legend>{w.doubleTime(config.zone)}</legend>
          {instants.map((instant, index) => (
            <label class="check" key={instant.getTime()}>
              <input type="radio" name="which" checked={props.value?.getTime() === instant.getTime()} onChange={() => props.onChange(instant)} />
              <span>{index ? w.secondTime : w.firstTime} ({showOffset(instant)})</span>
            </label>
          ))}
        </fieldset>
      )}
    </div>
  )
}
