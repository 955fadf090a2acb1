import { render } from 'preact'
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

function Desk() {
  const { path } = place.value
  const found = (pattern: string) => match(pattern, path)
  const article = found('/articles/:id')
  const correct = found('/articles/:id/correct')
  const translate = found('/articles/:id/translate')
  const compare = found('/articles/:id/compare')
  return (
    <Shell>
      {path === '/' ? <Today />
        : path === '/articles' ? <Articles />
        : article ? <Write key={article['id']} id={article['id']!} />
        : correct ? <Correct key={correct['id']} id={correct['id']!} />
        : translate ? <Translate key={translate['id']} id={translate['id']!} />
        : compare ? <Compare key={compare['id']} id={compare['id']!} />
        : path === '/schedule' ? <Schedule />
        : path === '/pictures' ? <Pictures />
        : path === '/tags' ? <Tags />
        : path === '/people' ? <People />
        : path === '/letters' ? <Letters />
        : path === '/site' ? <Site />
        : path.startsWith('/admin') ? <Admin />
        : path === '/account' ? <Account />

        : <Nowhere />}
    </Shell>
  )
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
