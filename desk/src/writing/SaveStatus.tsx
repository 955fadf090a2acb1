import { words } from '../words'
import { explain } from '../shell/notices'
import { showAgo } from '../time'
import { keepsCopies } from './copies'
import type { Draft } from './draft'

/** The most characters that a body may have. */
const LONGEST_BODY = 1_000_000

/** Says what became of what was typed. */
export function SaveStatus({ draft, flush }: { draft: Draft; flush: () => Promise<boolean> }) {
  const w = words.value
  const { value: state } = draft.state
  const problem = draft.problem.value
  const article = draft.article.value
  const isTooLong = draft.fields.value.body.length > LONGEST_BODY
  return (
    <div class={`save-status ${state}`}>
      <p role="status">
        {state === 'saved' ? w.saved(showAgo(article.changed_at), article.changed_by.name) : w.saveStates[state]}
        {(state === 'waiting' || state === 'refused') && problem && <span class="why"> {isTooLong ? w.tooLong : explain(problem)}</span>}
      </p>
      {(state === 'unsaved' || state === 'waiting' || state === 'refused') && (
        // The caret stays in the text.
        <button type="button" onMouseDown={(event) => event.preventDefault()} onClick={() => void flush()}>{w.saveNow}</button>
      )}
      {!keepsCopies.value && <p class="restored">{w.keepsNothing}</p>}
      {draft.isElsewhere.value && <p class="restored" role="status">{w.openElsewhere}</p>}
      {draft.isRestored.value && (
        <p class="restored" role="status">{w.restored} <button type="button" class="plain" aria-label={w.close} onClick={() => { draft.isRestored.value = false }}>×</button></p>
      )}
      {draft.removed.value.length > 0 && (
        <p class="restored">{w.takenOut} {draft.removed.value.map((part) => `${part.what} (${part.count})`).join(', ')}</p>
      )}
    </div>
  )
}
