import { useState } from 'preact/hooks'
import { api, ifMatch, take, type Schema } from '../../api/client'
import { MediumField } from '../../editor/MediumField'
import { ByLanguage, toChange, withoutEmpty } from '../../ui/ByLanguage'
import { Checkbox, Input, valueOf } from '../../ui/Field'
import { useData } from '../../ui/data'
import { words } from '../../words'
import { canChange, PersonForm, Rows } from './parts'

type Author = Schema['ManagedAuthor']

/** Those whose names stand under articles. */
export function Authors() {
  const w = words.value
  const [opened, setOpened] = useState<Author | 'new' | null>(null)
  const authors = useData(() => take(api.GET('/v1/admin/authors')), [])
  return (
    <section>
      <p class="help">{w.authorsIntro}</p>
      {canChange() && <p><button type="button" class="main" onClick={() => setOpened('new')}>{w.addAuthor}</button></p>}
      <Rows people={authors} onOpen={setOpened} facts={(author) => author.slug} />
      {opened && <AuthorDialog author={opened === 'new' ? null : opened} onClose={() => { setOpened(null); authors.reload() }} />}
    </section>
  )
}

function AuthorDialog({ author, onClose }: { author: Author | null; onClose: () => void }) {
  const w = words.value
  const [name, setName] = useState(author?.name ?? '')
  const [biography, setBiography] = useState(author?.biography ?? {})
  const [portrait, setPortrait] = useState(author?.portrait ?? null)
  const [isAlways, setAlways] = useState(author?.always_public ?? false)
  const save = async () => {
    if (author) {
      await take(api.PATCH('/v1/admin/authors/{author_id}', {
        params: { path: { author_id: author.id }, header: ifMatch(author.revision) }, body: { name, biography: toChange(biography), portrait, always_public: isAlways },
      }))
    } else await take(api.POST('/v1/admin/authors', { body: { name, biography: withoutEmpty(biography), portrait, always_public: isAlways } }))
  }
  return (
    <PersonForm title={author?.name ?? w.addAuthor} person={author} path="/v1/admin/authors/{author_id}" onSave={save} onClose={onClose}>
      <Input label={w.name} required value={name} onInput={(event) => setName(valueOf(event))} />
      <ByLanguage label={w.biography} rows={4} value={biography} onChange={setBiography} />
      <MediumField label={w.portrait} value={portrait} onChange={setPortrait} />
      <Checkbox label={w.alwaysPublic} checked={isAlways} onChange={(event) => setAlways(event.currentTarget.checked)} />
    </PersonForm>
  )
}
