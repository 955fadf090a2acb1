// Moves a site in at the desk, as an administrator would, and tells as JSON what was seen.
// node moving.mjs MODULES BROWSER ADDRESS SCREENSHOTS DESK PASSWORD; it reads cases from standard input.
import { readFileSync } from 'node:fs'
import { openDesk } from './browser.mjs'

const [modules, browserPath, address, pictures, , password] = process.argv.slice(2)
const cases = JSON.parse(readFileSync(0, 'utf8'))
const { browser, home, seen, enter, ask, judge } = await openDesk({ modules, browserPath, address, pictures, password })
const { page } = await enter('admin')
const small = await enter('admin', { viewport: { width: 320, height: 700 }, colorScheme: 'dark', locale: 'es' })
const told = {}
const imports = '/v1/admin/imports'
const importId = (at) => at.url().split('/').pop()

/** The screen in both widths, colours and languages. */
async function look(name) {
  await judge(page, `import-${name}`)
  await small.page.goto(page.url())
  await small.page.waitForSelector('main h1')
  await judge(small.page, `import-small-${name}`)
}

async function begin(source) {
  await page.goto(`${home}/admin/imports`)
  await page.click('button:has-text("New import")')
  await page.check(`dialog input[value=${source}]`)
  await page.click('dialog button.main')
  await page.waitForSelector('.upload')
}

/** Chooses a file, and waits until it is there. */
async function send(path, role = 0) {
  const name = path.split('/').pop()
  await page.setInputFiles(`input[type=file] >> nth=${role}`, path)
  await page.waitForFunction((name) => !document.querySelector('main progress')
    && Array.from(document.querySelectorAll('.rows strong')).some((one) => one.textContent === name), name)
}

/** Waits until a run has ended so. */
const reach = async (state) => {
  await page.waitForSelector(`.headline .badge:text-is("${state}")`, { timeout: 120_000 })
  await page.waitForFunction(() => !document.querySelector('.run'))
}
const sentence = () => page.textContent('.told')
/** The sentence once the report is here. */
const reported = async (part) => {
  await page.waitForSelector(`.told:has-text("${part}")`)
  return sentence()
}

{ // nothing yet; a question; an import without files
  await page.goto(`${home}/admin/imports`)
  await page.waitForSelector('.empty')
  await look('none')
  await page.click('button:has-text("New import")')
  await judge(page, 'import-new')
  await page.keyboard.press('Escape')
  await begin('wordpress')
  told.withoutFiles = await page.isDisabled('form button:has-text("Try it")')
  await look('open')
}

{ // the connection breaks off: once without an answer, once with a server that is busy
  const starts = []
  let faults = ['reset', 503]
  await page.route('**/files?*', (route) => {
    const start = Number(new URL(route.request().url()).searchParams.get('start'))
    starts.push([start, route.request().method(), route.request().postDataBuffer()?.length ?? 0])
    const fault = start ? faults.shift() : undefined
    if (fault === 'reset') return route.abort('connectionreset')
    if (fault) return route.fulfill({ status: fault, headers: { 'Retry-After': '1' }, contentType: 'application/problem+json', body: '{"code": "busy", "detail": "The server is busy."}' })
    return route.continue()
  })
  await page.setInputFiles('input[type=file] >> nth=0', cases.site)
  await page.waitForSelector('.rows .error')
  told.interrupted = await page.textContent('.rows .error')
  told.hindered = await page.textContent('.acts-line .help')
  await look('interrupted')
  await page.waitForFunction(() => !document.querySelector('main progress'), undefined, { timeout: 120_000 })
  await page.unroute('**/files?*')
  told.starts = starts
  told.files = (await ask(page, `${imports}/${importId(page)}`)).files
}

{ // a wrong file is cancelled, another is removed; the tab dies on the way, and the same file goes on
  let isCut = false
  const parts = []
  await page.route('**/files?*', (route) => {
    if (route.request().method() !== 'PUT') return route.continue()
    const start = Number(new URL(route.request().url()).searchParams.get('start'))
    parts.push(start)
    return isCut && start ? route.abort('connectionreset') : route.continue()
  })
  isCut = true
  await page.setInputFiles('input[type=file] >> nth=1', cases.media)
  await page.waitForSelector('.rows .error')
  await page.click('button[aria-label="Cancel: uploads.zip"]')
  await page.waitForFunction(() => !document.querySelector('main progress'))
  told.cancelled = (await ask(page, `${imports}/${importId(page)}`)).files.length
  await page.setInputFiles('input[type=file] >> nth=1', cases.media)
  await page.waitForSelector('.rows .error')
  page.once('dialog', (dialog) => dialog.accept())
  await page.reload()
  await page.waitForSelector('.rows .error')
  told.partly = await page.textContent('.rows .error')
  told.incomplete = await page.isDisabled('form button:has-text("Try it")')
  await look('partly')
  isCut = false
  parts.length = 0
  await send(cases.media, 1)
  told.resumed = parts
  await page.unroute('**/files?*')
  await send(cases.wrong)
  await page.click('button[aria-label="Remove wrong.xml"]')
  await page.waitForFunction(() => !document.body.textContent.includes('wrong.xml'))
  told.sent = (await ask(page, `${imports}/${importId(page)}`)).files.map(({ name, role, size }) => [name, role, size])
}

{ // tried: the report; a type of a plugin comes too
  await page.click('form button:has-text("Try it")')
  await page.waitForSelector('.run [role=progressbar], .run progress')
  await look('checking')
  await reach('Tried')
  told.tried = await reported('would come')
  told.report = await page.textContent('.report')
  await page.click('summary:has-text("What changes")')
  await look('checked')
  await page.click('button:has-text("Bring “event” as articles")')
  await page.waitForSelector('.run')
  await reach('Tried')
  told.more = await reported('“event”')
  told.nothing = (await ask(page, '/v1/articles')).length
}

{ // imported, stopped on the way, gone on with
  await page.click('button:has-text("Import now")')
  told.asked = await page.textContent('dialog')
  await judge(page, 'import-sure')
  await page.click('dialog button.main')
  await page.waitForSelector('.run')
  await page.click('.run button')
  await page.waitForFunction(() => !document.querySelector('.run'), undefined, { timeout: 120_000 })
  told.stopped = await sentence()
  if (await page.locator('button:has-text("Go on")').count()) {
    await look('stopped')
    await page.click('button:has-text("Go on")')
    await page.waitForSelector('.run')
    await look('importing')
  }
  await reach('Imported')
  told.imported = await reported('came')
  told.focus = await page.evaluate(() => document.activeElement.className)
  await look('imported')
  await page.click('a:has-text("See the articles")')
  await page.waitForSelector('.rows a')
  told.article = (await ask(page, '/v1/articles/text-1')).title
  await page.goBack()
}

{ // taken back
  await page.click('button:has-text("Take back")')
  told.undoAsked = await page.textContent('dialog')
  await page.click('dialog button.main')
  await reach('Taken back')
  told.undone = await reported('taken back')
  told.gone = await page.evaluate(async () => { const answer = await fetch('/v1/articles/text-1'); return [answer.status, (await answer.json()).reason] })
  await look('undone')
}

{ // an archive without an export: what is wrong, and another file; then it is deleted
  await begin('ghost')
  await send(cases.media)
  await page.click('form button:has-text("Try it")')
  await reach('Failed')
  told.failed = await page.textContent('.headline [role=alert]')
  await look('failed')
  await page.goto(`${home}/admin/imports`)
  await page.waitForSelector('.rows li >> nth=1')
  await look('list')
  await page.click('.rows a >> nth=0')
  page.once('dialog', (dialog) => dialog.accept())
  await page.click('button:has-text("Delete")')
  await page.waitForSelector('.tabs')
  await page.waitForFunction(() => document.querySelectorAll('.rows > li').length === 1)
  told.left = (await ask(page, imports)).map((job) => job.state)
}

await browser.close()
console.log(JSON.stringify({ ...told, seen }))
process.exit(0)
