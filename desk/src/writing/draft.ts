import { signal } from '@preact/signals'
import { api, ApiProblem, ifMatch, take, type Schema } from '../api/client'
import type { Article } from '../api/types'
import { toCanonical } from '../editor/guard'
import { dropCopies, dropCopy, holdArticle, keepCopy, lostCopies, openArticles } from './copies'
import { changesBetween, fieldsOf, isSame, toPatch, type FieldName, type Fields } from './fields'
import { isSettled, joinParts, mergeText, type Clash, type Merged } from './merge'

type SaveState = 'saved' | 'unsaved' | 'saving' | 'waiting' | 'refused' | 'clash'

/** Fields about which two people disagree, until somebody chooses. */
interface Disagreement {
  who: string
  fields: Partial<Record<FieldName, Clash>>
  body: Merged | null
}

const QUIET = 1_200
const LONGEST_WAIT = 60_000

export const readArticle = (id: string): Promise<Article> =>
  take(api.GET('/v1/admin/articles/{article_id}', { params: { path: { article_id: id } } }))

/** The last saves of articles that this tab has left. */
const closing = new Map<string, Promise<boolean>>()

/** An article while somebody writes: what is typed, what is saved, and what lies between. */
export class Draft {
  readonly article
  readonly fields
  readonly state = signal<SaveState>('saved')
  readonly problem = signal<ApiProblem | null>(null)
  readonly disagreement = signal<Disagreement | null>(null)
  /** Counts changes of the body that did not come from the editor, which then reads it anew. */
  readonly loads = signal(0)
  readonly isRestored = signal(false)
  /** Whether another tab of this browser has the article open. */
  readonly isElsewhere = signal(false)
  /** What the server took out of the text that was last saved. */
  readonly removed = signal<Schema['Removed'][]>([])

  private base: Fields
  private timer: ReturnType<typeof setTimeout> | undefined
  private saving: Promise<void> = Promise.resolve()
  private failures = 0
  private isClosed = false
  private letGo: () => void = () => undefined

  constructor(article: Article, private readonly account: string) {
    this.article = signal(article)
    this.base = fieldsOf(article)
    this.fields = signal(this.base)
  }

  /** Opens an article with what a tab left behind that ended without saving. */
  static async open(id: string, account: string): Promise<Draft> {
    await closing.get(id)
    const draft = new Draft(await readArticle(id), account)
    const copies = await lostCopies(account, id)
    const [copy] = copies
    openArticles.add(id)
    if (copy && Object.keys(copy.changes).length) {
      const mine = { ...copy.base, ...copy.changes }
      await draft.mergeWith(copy.base, mine, draft.article.value)
      draft.isRestored.value = true
      draft.keep()
      draft.plan(0)
    }
    await dropCopies(copies)
    draft.letGo = holdArticle(id, (isElsewhere) => { draft.isElsewhere.value = isElsewhere })
    return draft
  }

  set(changes: Partial<Fields>): void {
    const next = { ...this.fields.value, ...changes }
    if (isSame(next, this.fields.value)) return
    this.fields.value = next
    this.keep()
    if (this.isClosed) void this.flush() // what came late, such as a paste
    else if (this.state.value !== 'clash') this.plan(QUIET)
  }

  /** Saves all that is typed; true once nothing is left to save. */
  async flush(): Promise<boolean> {
    clearTimeout(this.timer)
    this.saving = this.saving.then(() => this.save())
    await this.saving
    return this.state.value === 'saved'
  }

  /** Takes in what an act answered. */
  accept(article: Article): void {
    const isOther = !isSame(fieldsOf(article), this.base)
    this.article.value = article
    this.base = fieldsOf(article)
    if (!isOther) return
    const hasOtherBody = article.body !== this.fields.value.body
    this.fields.value = this.base
    if (hasOtherBody) this.loads.value += 1
  }

  /** Settles a disagreement with the chosen values. */
  async settle(chosen: Partial<Fields>): Promise<void> {
    this.disagreement.value = null
    this.fields.value = { ...this.fields.value, ...chosen }
    if ('body' in chosen) this.loads.value += 1
    this.state.value = 'unsaved'
    this.keep()
    await this.flush()
  }

  /** Saves once more; what it cannot save is a lost copy from now on. */
  async close(): Promise<void> {
    const { id } = this.article.value
    this.isClosed = true
    const last = this.flush()
    closing.set(id, last)
    await last
    this.letGo()
    openArticles.delete(id)
    if (closing.get(id) === last) closing.delete(id)
  }

  private plan(wait: number): void {
    if (this.isClosed) return
    if (this.state.value !== 'saving') this.state.value = this.failures ? 'waiting' : 'unsaved'
    clearTimeout(this.timer)
    this.timer = setTimeout(() => { void this.flush() }, wait)
  }

  private keep(): void {
    void keepCopy({
      account: this.account,
      article: this.article.value.id,
      title: this.fields.value.title,
      base: this.base,
      changes: changesBetween(this.base, this.fields.value),
    })
  }

  private async save(): Promise<void> {
    if (this.state.value === 'clash') return
    const sent = this.fields.value
    const changes = changesBetween(this.base, sent)
    if (!Object.keys(changes).length) {
      this.state.value = 'saved'
      await dropCopy(this.account, this.article.value.id)
      return
    }
    this.state.value = 'saving'
    try {
      const { id, revision } = this.article.value
      const saved = await take(api.PATCH('/v1/admin/articles/{article_id}', {
        params: { path: { article_id: id }, query: { autosave: true }, header: ifMatch(revision) },
        body: toPatch(changes, sent),
      }))
      this.removed.value = saved.removed
      this.afterSave(saved, sent)
    } catch (error) {
      await this.afterFailure(error instanceof ApiProblem ? error : new ApiProblem(0, {}))
    }
  }

  private afterSave(saved: Article, sent: Fields): void {
    this.failures = 0
    this.problem.value = null
    this.article.value = saved
    // The server may write a field its own way (a slug that follows the title, cleaned HTML). What
    // the editor sent is the base of its next changes; what it did not send is the server's.
    const changed = changesBetween(sent, fieldsOf(saved))
    this.base = { ...fieldsOf(saved), body: sent.body }
    delete changed.body
    const typed = changesBetween(sent, this.fields.value)
    this.fields.value = { ...this.fields.value, ...changed, ...typed }
    if (isSame(this.fields.value, this.base)) {
      this.state.value = 'saved'
      void dropCopy(this.account, saved.id)
    } else {
      this.keep()
      this.state.value = 'unsaved'
      this.plan(QUIET)
    }
  }

  private async afterFailure(problem: ApiProblem): Promise<void> {
    if (problem.status === 412) {
      try {
        const theirs = await readArticle(this.article.value.id)
        await this.mergeWith(this.base, this.fields.value, theirs, problem.body.changed_by)
        if (!this.disagreement.value) await this.save()
        return
      } catch (error) {
        problem = error instanceof ApiProblem ? error : new ApiProblem(0, {})
      }
    }
    this.problem.value = problem
    if (!problem.isPassing) {
      this.state.value = 'refused'
      return
    }
    this.failures += 1
    this.state.value = 'waiting'
    const wait = Math.max(problem.retryAfter * 1_000, 1_000 * 2 ** Math.min(this.failures, 6))
    this.plan(Math.min(wait, LONGEST_WAIT))
  }

  /** Joins what two people changed of the same text. */
  private async mergeWith(base: Fields, mine: Fields, theirs: Article, who?: string): Promise<void> {
    const merged: Fields = fieldsOf(theirs)
    const clashes: Partial<Record<FieldName, Clash>> = {}
    let body: Merged | null = null
    for (const name of Object.keys(changesBetween(base, mine)) as FieldName[]) {
      const isTheirs = !isSame(base[name], theirs[name]) && !isSame(mine[name], theirs[name])
      if (name === 'body' && isTheirs && mine.body_format === theirs.body_format) {
        const parts = await mergeBodies(base.body, mine.body, theirs)
        if (isSettled(parts)) {
          merged.body = joinParts(parts, mine.body_format)
          continue
        }
        body = parts
      } else if (isTheirs && name !== 'body_format') {
        clashes[name] = { mine: show(mine[name]), theirs: show(theirs[name]) }
      }
      Object.assign(merged, { [name]: mine[name] })
    }
    this.article.value = theirs
    this.base = fieldsOf(theirs)
    const hasOtherBody = merged.body !== this.fields.value.body
    this.fields.value = merged
    if (hasOtherBody) this.loads.value += 1
    this.keep()
    if (body || Object.keys(clashes).length) {
      this.disagreement.value = { who: who ?? theirs.changed_by.name, fields: clashes, body }
      this.state.value = 'clash'
    }
  }
}

const show = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value))

async function mergeBodies(base: string, mine: string, theirs: Article): Promise<Merged> {
  const write = (body: string) => toCanonical(body, theirs.body_format, theirs.lang)
  const [old, own, other] = await Promise.all([write(base), write(mine), write(theirs.body)])
  return mergeText(old, own, other, theirs.body_format)
}
