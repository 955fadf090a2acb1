import type { ComponentChildren } from 'preact'
import { useSignal } from '@preact/signals'
import { useErrorBoundary } from 'preact/hooks'
import { config, HOME } from '../config'
import { NewArticle } from '../screens/NewArticle'
import { Icon, Screen, type IconName } from '../ui/parts'
import { language, words } from '../words'
import { Notices } from './notices'
import { place } from './router'
import { hasEnded, leadToSignIn, may, me } from './session'

type Entry = [path: string, name: string, icon: IconName, isShown: boolean]

const isCurrent = (path: string) => path === '/' ? place.value.path === '/' : place.value.path.startsWith(path)

/** A screen, or a page that says that it failed: never none. */
function Whole({ children }: { children: ComponentChildren }) {
  const w = words.value
  const [error, retry] = useErrorBoundary((problem) => console.error(problem))
  if (error === undefined) return <>{children}</>
  return <Screen title={w.broken}><p class="error">{String(error)}</p><button type="button" onClick={retry}>{w.tryAgain}</button></Screen>
}

/** The frame around every screen. */
export function Shell({ children }: { children: ComponentChildren }) {
  const w = words.value
  const isOpen = useSignal(false)
  const isNew = useSignal(false)
  const entries: Entry[] = [
    ['/', w.today, 'today', true],
    ['/articles', w.articles, 'articles', true],
    ['/schedule', w.schedule, 'schedule', true],
    ['/pictures', w.pictures, 'pictures', true],
    ['/tags', w.tags, 'tags', true],
    ['/people', w.people, 'people', true],
    ['/events', w.events, 'events', true],
    ['/letters', w.letters, 'letters', config.newsletters],
    ['/site', w.site, 'site', may('site:write')],
    ['/admin', w.administration, 'admin', may('users:write')],
    ['/account', w.account, 'account', true],
  ]
  return (
    <div class="shell" onClick={(event) => { if ((event.target as Element).closest('nav a')) isOpen.value = false }}>
      <a class="skip" href="#main" onClick={(event) => { event.preventDefault(); document.getElementById('main')?.focus() }}>{w.skip}</a>
      <header class="side" data-open={isOpen.value}>
        <div class="side-head">
          <a class="brand" href={`${HOME}/`}>{config.site}</a>
          <button type="button" class="plain menu-button" aria-expanded={isOpen.value} aria-label={w.menu} onClick={() => { isOpen.value = !isOpen.value }}>
            <Icon name="menu" />
          </button>
        </div>
        <div class="side-body">
          {may('articles:write') && <button type="button" class="main new" onClick={() => { isNew.value = true; isOpen.value = false }}>{w.newArticle}</button>}
          <nav aria-label={w.menu}>
            <ul>
              {entries.filter(([, , , isShown]) => isShown).map(([path, name, icon]) => (
                <li key={path}>
                  <a href={HOME + path} aria-current={isCurrent(path) ? 'page' : undefined}><Icon name={icon} />{name}</a>
                </li>
              ))}
            </ul>
          </nav>
          <div class="side-foot">
            <p>{me.value?.name}</p>
            <p>
              <button type="button" class="plain" lang={language.value === 'en' ? 'es' : 'en'} onClick={() => { language.value = language.value === 'en' ? 'es' : 'en' }}>
                {language.value === 'en' ? 'Español' : 'English'}
              </button>
              <a href={`${HOME}/sign-out`}>{w.signOut}</a>
            </p>
          </div>
        </div>
      </header>
      <div class="content">
        {hasEnded.value && (
          <p class="banner" role="alert">{w.ended} <button type="button" onClick={leadToSignIn}>{w.signInAgain}</button></p>
        )}
        <Whole key={place.value.path}>{children}</Whole>
      </div>
      <Notices />
      {isNew.value && <NewArticle onClose={() => { isNew.value = false }} />}
    </div>
  )
}
