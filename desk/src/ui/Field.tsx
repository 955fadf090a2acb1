import type { AllHTMLAttributes, ComponentChildren } from 'preact'
import { useId } from 'preact/hooks'

interface Labelled {
  label: string
  help?: ComponentChildren
  error?: string | undefined
}

type Props<T extends HTMLElement> = Labelled & Omit<AllHTMLAttributes<T>, 'label' | 'ref'>

export function Input({ label, help, error, ...rest }: Props<HTMLInputElement>) {
  const id = useId()
  return (
    <Frame id={id} label={label} help={help} error={error}>
      <input id={id} aria-describedby={help || error ? `${id}-help` : undefined} aria-invalid={error ? true : undefined} {...(rest as object)} />
    </Frame>
  )
}

export function TextArea({ label, help, error, ...rest }: Props<HTMLTextAreaElement>) {
  const id = useId()
  return (
    <Frame id={id} label={label} help={help} error={error}>
      <textarea id={id} aria-describedby={help || error ? `${id}-help` : undefined} {...(rest as object)} />
    </Frame>
  )
}

export function Select({ label, help, options, ...rest }: Props<HTMLSelectElement> & { options: [value: string, label: string][] }) {
  const id = useId()
  return (
    <Frame id={id} label={label} help={help}>
      <select id={id} {...(rest as object)}>
        {options.map(([value, text]) => <option key={value} value={value} selected={value === rest.value}>{text}</option>)}
      </select>
    </Frame>
  )
}

export function Checkbox({ label, help, ...rest }: Props<HTMLInputElement>) {
  return (
    <label class="check">
      <input type="checkbox" {...(rest as object)} /> <span>{label}{help && <small>{help}</small>}</span>
    </label>
  )
}

/** A checkbox for each option; the value has those that are ticked. */
export function Checkboxes<T extends string>(props: { options: [value: T, label: string][]; value: T[]; onChange: (value: T[]) => void }) {
  const { options, value, onChange } = props
  return <>{options.map(([option, label]) => (
    <Checkbox key={option} label={label} checked={value.includes(option)}
      onChange={() => onChange(value.includes(option) ? value.filter((other) => other !== option) : [...value, option])} />
  ))}</>
}

function Frame(props: Labelled & { id: string; children: ComponentChildren }) {
  return (
    <div class="field">
      <label for={props.id}>{props.label}</label>
      {props.children}
      {(props.help || props.error) && (
        <p id={`${props.id}-help`} class={props.error ? 'help error' : 'help'}>{props.error ?? props.help}</p>
      )}
    </div>
  )
}

/** The value of the field in which something was typed. */
export const valueOf = (event: Event): string => (event.currentTarget as HTMLInputElement).value
