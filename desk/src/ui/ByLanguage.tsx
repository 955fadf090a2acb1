import { config } from '../config'
import { words } from '../words'
import { Input, TextArea, valueOf } from './Field'

type Texts = Record<string, string>

/** A text in each language of the site; with `rows`, of several lines. */
export function ByLanguage(props: { label: string; value: Texts; rows?: number; onChange: (value: Texts) => void }) {
  const { value, rows, onChange } = props
  return <>{config.languages.map((code) => {
    const field = {
      label: `${props.label}: ${words.value.languageName(code)}`,
      lang: code,
      value: value[code] ?? '',
      onInput: (event: Event) => onChange({ ...value, [code]: valueOf(event) }),
    }
    return rows ? <TextArea key={code} rows={rows} {...field} /> : <Input key={code} {...field} />
  })}</>
}

/** The texts of something new. */
export const withoutEmpty = (texts: Texts): Texts => Object.fromEntries(Object.entries(texts).filter(([, text]) => text.trim()))

/** The texts as a change of them: null removes that of a language. */
export const toChange = (texts: Texts): Record<string, string | null> =>
  Object.fromEntries(config.languages.map((code) => [code, texts[code]?.trim() || null]))
