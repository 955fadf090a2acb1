import { render, type JSX } from 'preact'
import './styles/index.css'
import { explain } from './shell/notices'
import { match, place, startRouter } from './shell/router'
import { startSession } from './shell/session'
import { Shell } from './shell/Shell'
import { Account } from './screens/Account'
import { Admin } from './screens/Admin'
import { Articles } from './screens/Articles'
import { Compare } from './screens/Compare'
import { Correct } from './screens/Correct'
import { Events } from './screens/Events'
import { Import } from './screens/Import'
import { Letters } from './screens/Letters'
import { Nowhere } from './screens/Nowhere'
import { People } from './screens/People'
import { Pictures } from './screens/Pictures'
import { Schedule } from './screens/Schedule'
import { Site } from './screens/Site'
import { Tags } from './screens/Tags'
import { Today } from './screens/Today'
import { Translate } from './screens/Translate'
import { Write } from './screens/Write'
import { language } from './words'

const SCREENS: [pattern: string, draw: (id: string) => JSX.Element][] = [
  ['/', () => <Today />],
  ['/articles', () => <Articles />],
  ['/articles/:id', (id) => <Write key={id} id={id} />],
  ['/articles/:id/correct', (id) => <Correct key={id} id={id} />],
  ['/articles/:id/translate', (id) => <Translate key={id} id={id} />],
  ['/articles/:id/compare', (id) => <Compare key={id} id={id} />],
  ['/schedule', () => <Schedule />],
  ['/pictures', () => <Pictures />],
  ['/tags', () => <Tags />],
  ['/people', () => <People />],
  ['/letters', () => <Letters />],
  ['/events', () => <Events />],
  ['/site', () => <Site />],
  ['/site/addresses', () => <Site />],
  ['/admin', () => <Admin />],
  ['/admin/:part', () => <Admin />],
  ['/admin/imports/:id', (id) => <Import key={id} id={id} />],
  ['/account', () => <Account />],
]

function Desk() {
  const { path } = place.value
  for (const [pattern, draw] of SCREENS) {
    const id = match(pattern, path)
    if (id !== null) return <Shell>{draw(id)}</Shell>
  }
  return <Shell><Nowhere /></Shell>
}

async function start(): Promise<void> {
  const root = document.getElementById('desk')!
  const chosen = localStorage.getItem('willay-language')
  try {
    const me = await startSession()
    if (!me) return
    if (chosen === 'en' || chosen === 'es') language.value = chosen
    else if (me.lang) language.value = me.lang.startsWith('es') ? 'es' : 'en'
  } catch (error) {
    root.textContent = explain(error)
    return
  }
  language.subscribe((code) => {
    document.documentElement.lang = code
    localStorage.setItem('willay-language', code)
  })
  startRouter()
  root.replaceChildren()
  render(<Desk />, root)
}

void start()
