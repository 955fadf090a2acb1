import { useState } from 'preact/hooks'
import { api, get, ifMatch, take, type Schema } from '../api/client'
import { attempt } from '../shell/notices'
import { may } from '../shell/session'
import { showMoment } from '../time'
import { Dialog } from '../ui/Dialog'
import { ArticleSearch } from '../ui/ArticleSearch'
import { Input, TextArea, valueOf } from '../ui/Field'
import { Rendered } from '../ui/Rendered'
import { useData, useRefresh } from '../ui/data'
import { Empty, Pending, Screen } from '../ui/parts'
import { words } from '../words'
import { ArticleOrder } from '../writing/ArticleOrder'

type Issue = Schema['NewsletterIssue']

/** What an issue is called: by its subject, or by its rhythm and hour. */
const nameOf = (issue: Pick<Issue, 'subject' | 'rhythm' | 'lang' | 'due_at'>): string =>
  issue.subject ?? words.value.issueOf(words.value.rhythms[issue.rhythm], words.value.languageName(issue.lang), showMoment(issue.due_at))

/** Newsletters and their issues: what goes out next, and what came of the last ones. */
export function Letters() {
  const w = words.value
  const [opened, setOpened] = useState<string | null>(null)
  const letters = useData(() => take(api.GET('/v1/admin/newsletters')), [])
  const issues = useData(() => take(api.GET('/v1/admin/newsletters/issues', { params: { query: { limit: 40 } } })), [])
  useRefresh(issues, (rows) => rows.some((issue) => issue.state === 'sending'))
  return (
    <Screen title={w.letters}>
      {letters.error && <p class="error">{letters.error}</p>}
      <div class="table-frame" tabIndex={0} role="region" aria-label={w.letters}>
        <table class="list">
          <thead><tr><th scope="col">{w.letter}</th><th scope="col" class="number">{w.readersTitle}</th><th scope="col">{w.nextIssue}</th></tr></thead>
          <tbody>{letters.data?.map((letter) => (
            <tr key={letter.id}><td>{w.rhythms[letter.rhythm]}, {w.languageName(letter.lang)}</td><td class="number">{letter.readers.toLocaleString(w.locale)}</td><td>{letter.due_at && showMoment(letter.due_at)}</td></tr>
          ))}</tbody>
        </table>
      </div>
      <h2>{w.issues}</h2>
      <Pending of={issues} />
      {issues.data && (issues.data.length ? (
        <ul class="rows">
          {issues.data.map((issue) => (
            <li key={issue.id}>
              <div class="row-text">
                <button type="button" class="plain" onClick={() => setOpened(issue.id)}>{nameOf(issue)}</button>
                <p class="row-facts">
                  <span class={`badge ${issue.state === 'sent' ? 'published' : issue.state === 'draft' ? 'in_review' : 'approved'}`}>{w.issueStates[issue.state]}</span>
                  {issue.subject && <span>{w.rhythms[issue.rhythm]}, {w.languageName(issue.lang)}</span>}<span>{showMoment(issue.sent_at ?? issue.due_at)}</span>
                  {issue.kind === 'notice' && <span>{w.notice}</span>}
                  {issue.problem && <span class="error">{w.issueProblems[issue.problem]}</span>}
                  {Object.entries(issue.outcome ?? {}).map(([name, count]) => <span key={name}>{w.outcomes[name] ?? name}: {count}</span>)}
                </p>
              </div>
            </li>
          ))}
        </ul>
      ) : <Empty>{w.noIssues}</Empty>)}
      {opened && <IssueDialog id={opened} onClose={() => { setOpened(null); issues.reload() }} />}
    </Screen>
  )
}

function IssueDialog({ id, onClose }: { id: string; onClose: () => void }) {
  const w = words.value
  const issue = useData(() => take(api.GET('/v1/admin/newsletters/issues/{issue_id}', { params: { path: { issue_id: id } } })), [id])
  return (
    <Dialog title={issue.data ? nameOf(issue.data) : w.issues} onClose={onClose} wide>
      <Pending of={issue} />
      {issue.data && <IssueForm key={issue.data.revision} issue={issue.data} onChanged={issue.reload} onClose={onClose} />}
    </Dialog>
  )
}

function IssueForm({ issue, onChanged, onClose }: { issue: Issue; onChanged: () => void; onClose: () => void }) {
  const w = words.value
  const [subject, setSubject] = useState(issue.subject ?? '')
  const [introduction, setIntroduction] = useState(issue.introduction)
  const [order, setOrder] = useState(issue.articles)
  const [isSure, setSure] = useState(false)
  const path = { issue_id: issue.id }
  const preview = useData(() => take(api.GET('/v1/admin/newsletters/issues/{issue_id}/preview', { params: { path } })), [issue.revision])
  const isOpen = issue.state === 'draft' || issue.state === 'approved'
  const isOrdered = order.join() !== issue.articles.join()
  const isChanged = isOrdered || subject.trim() !== (issue.subject ?? '') || introduction !== issue.introduction
  const save = (articles: string[] | null | undefined = isOrdered ? order : undefined) => attempt(async () => {
    await take(api.PATCH('/v1/admin/newsletters/issues/{issue_id}', {
      params: { path, header: ifMatch(issue.revision) },
      body: { subject: subject.trim() || null, introduction, ...(articles === undefined ? {} : { articles }) } as never,
    }))
    onChanged()
  }, w.savedText)
  const act = (name: 'approve' | 'send' | 'cancel') => attempt(async () => {
    await take(api.POST(`/v1/admin/newsletters/issues/{issue_id}/${name}`, { params: { path, header: ifMatch(issue.revision) } }))
    onClose()
  }, { approve: w.actsDone.approve, send: w.issueStates.sending, cancel: w.issueStates.cancelled }[name])
  const test = () => attempt(async () => {
    await get(api.POST('/v1/admin/newsletters/issues/{issue_id}/trial', { params: { path } }))
  }, w.trialSent)
  return (
    <form onSubmit={(event) => { event.preventDefault(); void save() }}>
      <fieldset class="bare" disabled={!isOpen || !may('newsletters:write')}>
        <Input label={w.subject} lang={issue.lang} value={subject} onInput={(event) => setSubject(valueOf(event))} />
        <TextArea label={w.introduction} lang={issue.lang} rows={4} value={introduction} onInput={(event) => setIntroduction(valueOf(event))} />
        <h3>{w.articles}</h3>
        <ArticleOrder ids={order} lang={issue.lang} {...(isOpen ? { onChange: setOrder } : {})} />
        {isOpen && <>
          <p class="help">{issue.chosen || isOrdered ? w.chosenArticles : w.ruleArticles}
            {issue.chosen && !isOrdered && <>{' '}<button type="button" onClick={() => void save(null)}>{w.ruleAgain}</button></>}</p>
          <ArticleSearch label={w.addRelated} lang={issue.lang} isLive without={order} onChoose={({ id }) => setOrder([...order, id])} />
        </>}
      </fieldset>
      <details open><summary>{w.preview}</summary>
        <Pending of={preview} />
        {isChanged && <p class="help">{w.previewOfSaved}</p>}
        {preview.data && !issue.articles.length && <p class="help">{w.emptyIssue}</p>}
        {preview.data && <><p><strong>{preview.data.subject}</strong></p><Rendered html={preview.data.html} lang={issue.lang} /></>}
      </details>
      {isOpen && (
        <footer>
          {may('newsletters:write') && <>
            <button type="button" disabled={isChanged} onClick={() => void test()}>{w.sendTrial}</button>
            <button class={isChanged ? 'main' : ''} disabled={!isChanged}>{w.save}</button>
          </>}
          {may('newsletters:send') && !isChanged && <>
            <button type="button" class="danger" onClick={() => void act('cancel')}>{w.cancelIssue}</button>
            {issue.state === 'draft' && <button type="button" class="main" onClick={() => void act('approve')}>{w.acts.approve}</button>}
            {isSure ? <button type="button" class="main danger" onClick={() => void act('send')}>{w.sendSure}</button> : <button type="button" onClick={() => setSure(true)}>{w.sendNow}</button>}
          </>}
        </footer>
      )}
    </form>
  )
}
