import { useId, useState } from 'preact/hooks'
import { api, take } from '../api/client'
import type { Tag } from '../api/types'
import { attempt } from '../shell/notices'
import { words } from '../words'
import { useData } from './data'
import { Chip } from './parts'

let kept: Promise<Tag[]> | null = null

/** All tags, read once; `forgetTags` makes the next reader ask again. */
export function readTags(): Promise<Tag[]> {
  if (!kept) {
    kept = take(api.GET('/v1/admin/tags', { params: {} }))
    kept.catch(forgetTags)
  }
  return kept
}

export function forgetTags(): void { kept = null }

export const nameOf = (tag: Tag, lang: string): string => tag.names[lang] ?? Object.values(tag.names)[0] ?? tag.slug

const fold = (text: string) => text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase()
export const toSlug = (text: string) => fold(text).replace(/[^a-z0-9]+/g, '-').replace(/^-|-$/g, '')

/** Whether a text is in a name, a synonym or the slug of a tag, whatever its capitals and accents. */
export function hasName(tag: Tag, text: string): boolean {
  const names = [tag.slug, ...Object.values(tag.names), ...Object.values(tag.synonyms).flat()]
  return names.some((name) => fold(name).includes(fold(text)))
}

/** The tags of a thing: chosen by typing; a new one is proposed. */
export function TagPicker(props: { label: string; value: string[]; lang: string; onChange: (tags: string[]) => void }) {
  const w = words.value
  const id = useId()
  const [text, setText] = useState('')
  const tags = useData(readTags, [])
  const wanted = text.trim()
  const offered = wanted ? (tags.data ?? []).filter((tag) => !props.value.includes(tag.slug) && hasName(tag, wanted)).slice(0, 6) : []
  const isKnown = (tags.data ?? []).some((tag) => tag.slug === toSlug(text))
  const add = (slug: string) => {
    props.onChange([...props.value, slug])
    setText('')
  }
  const propose = () => attempt(async () => {
    const tag = await take(api.POST('/v1/admin/tags', { body: { slug: toSlug(text), names: { [props.lang]: text.trim() } } }))
    forgetTags()
    tags.reload()
    add(tag.slug)
  })
  return (
    <div class="field">
      <label for={id}>{props.label}</label>
      <ul class="chips">
        {props.value.map((slug) => {
          const tag = tags.data?.find((candidate) => candidate.slug === slug)
          const name = tag ? nameOf(tag, props.lang) : slug
          return <Chip key={slug} name={name} isProposed={tag?.status === 'proposed'} onRemove={() => props.onChange(props.value.filter((other) => other !== slug))} />
        })}
      </ul>
      <input id={id} type="text" autocomplete="off" value={text} placeholder={w.addTag} onInput={(event) => setText(event.currentTarget.value)}
        onKeyDown={(event) => {
          if (event.key !== 'Enter') return
          event.preventDefault()
          if (offered[0]) add(offered[0].slug)
        }} />
      <ul class="choices">
        {offered.map((tag) => <li key={tag.slug}><button type="button" onClick={() => add(tag.slug)}>{nameOf(tag, props.lang)} <small>{tag.used_by}</small></button></li>)}
        {tags.data && text.trim().length > 1 && !isKnown && toSlug(text) && <li><button type="button" onClick={() => void propose()}>{w.proposeTag(text.trim())}</button></li>}
      </ul>
    </div>
  )
}
