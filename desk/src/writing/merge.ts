import { diff3Merge } from 'node-diff3'

/** A place at which two people wrote something else. */
export interface Clash {
  mine: string
  theirs: string
}

/** Parts of a merged text: settled ones, and clashes. */
export type Merged = (string | Clash)[]

const SEPARATOR = { markdown: '\n\n', html: '\n', text: '\n\n' }
const SPLIT = { markdown: /\n{2,}/, html: /\n+/, text: /\n{2,}/ }

/** Three texts, paragraph by paragraph: what one of two people changed holds. */
export function mergeText(base: string, mine: string, theirs: string, format: keyof typeof SPLIT): Merged {
  const [o, a, b] = [base, mine, theirs].map((text) => text.trim().split(SPLIT[format]).filter(Boolean))
  const join = (paragraphs: string[]) => paragraphs.join(SEPARATOR[format])
  return diff3Merge(a!, o!, b!, { excludeFalseConflicts: true }).flatMap(({ ok, conflict }): Merged => {
    if (!conflict) return [join(ok ?? [])]
    const { a: own, o: old, b: other } = conflict
    // Changes of neighbouring paragraphs come together; each is of one person alone.
    if (own.length === old.length && other.length === old.length) return old.map((text, index) => mergeParagraph(text, own[index]!, other[index]!))
    return [{ mine: join(own), theirs: join(other) }]
  })
}

const mergeParagraph = (old: string, mine: string, theirs: string): string | Clash =>
  mine === old ? theirs : theirs === old || mine === theirs ? mine : { mine, theirs }

export const isSettled = (merged: Merged): merged is string[] => merged.every((part) => typeof part === 'string')

export const joinParts = (parts: string[], format: keyof typeof SPLIT): string =>
  parts.filter(Boolean).join(SEPARATOR[format])
