// Works at the desk as editors would, and tells as JSON what was seen.
// node drive.mjs MODULES BROWSER ADDRESS SCREENSHOTS DESK PASSWORD CODE; it reads cases from standard input.
import { createRequire } from 'node:module'
import { readFileSync } from 'node:fs'
import { openDesk } from './browser.mjs'
import { meetFaults } from './faults.mjs'
import { keepHouse } from './house.mjs'
import { useKeyboard } from './keyboard.mjs'
import { meetTrouble } from './trouble.mjs'

const [modules, browserPath, address, pictures, desk, password, code] = process.argv.slice(2)
const cases = JSON.parse(readFileSync(0, 'utf8'))
const { browser, home, seen, enter, ask, judge } = await openDesk({ modules, browserPath, address, pictures, password })
const articleOf = (page) => ask(page, `/v1/admin/articles/${page.url().split('/articles/')[1].split('/')[0]}`)
// What was typed last must have been noticed before "saved" means it.
const settled = async (page) => {
  await page.waitForTimeout(700)
  return page.waitForSelector('.save-status.saved', { timeout: 60_000 })
}
const text = (page) => page.locator('.page-text').innerText()

async function begin(page, title) {
  await page.click('button.new')
  await page.fill('dialog input', title)
  await page.click('dialog button.main')
  await page.waitForSelector('.page-text')
}

const told = {}
const publisher = await enter('publisher', {}, code)
told.second = publisher.asked
const { page } = publisher

{ // write with bold by the mouse, paste from Word, drop a picture, publish
  await begin(page, 'A march in Lima')
  await page.fill('.standfirst', 'Thousands came.')
  await page.click('.page-text')
  await page.keyboard.type('They walked 5 < 6 hours, a * b. ')
  await page.click('.tool-bold')
  await page.keyboard.type('Peacefully:')
  await page.click('.tool-bold')
  await page.keyboard.type('so far.\n')
  const word = '<html xmlns:o="urn:schemas-microsoft-com:office:office"><body><p class=MsoNormal style="margin:0"><b>Word</b> text<o:p></o:p></p>'
    + ['One', 'Two'].map((item) => `<p class=MsoListParagraph style="mso-list:l0 level1 lfo1"><span style="mso-list:Ignore">·<span>&nbsp;</span></span>${item}</p>`).join('') + '</body></html>'
  await page.evaluate((html) => {
    const clipboardData = new DataTransfer()
    clipboardData.setData('text/html', html)
    document.querySelector('.page-text').dispatchEvent(new ClipboardEvent('paste', { bubbles: true, cancelable: true, clipboardData }))
  }, word)
  await page.waitForSelector('.page-text li')
  await page.evaluate((base64) => {
    const file = new File([Uint8Array.from(atob(base64), (sign) => sign.charCodeAt(0))], 'march.png', { type: 'image/png' })
    const dataTransfer = new DataTransfer()
    dataTransfer.items.add(file)
    const line = document.querySelector('.page-text p')
    const box = line.getBoundingClientRect()
    line.dispatchEvent(new DragEvent('drop', { bubbles: true, cancelable: true, clientX: box.left + 20, clientY: box.top + 10, dataTransfer }))
  }, cases.picture)
  await page.waitForSelector('dialog .describe')
  told.withoutAlt = await page.isDisabled('dialog .describe button.main')
  await page.fill('dialog textarea >> nth=0', 'People in a street')
  await judge(page, 'picture')
  await page.click('dialog .describe button.main')
  await page.waitForSelector('.page-text figure img')
  await page.keyboard.type('After it.')
  await settled(page)
  await page.click('.acts button:has-text("Publish")')
  await page.waitForSelector('dialog .checklist')
  await judge(page, 'publish')
  await page.click('dialog button.main')
  await page.waitForSelector('.state-line .published')
  const { slug, body } = await articleOf(page)
  told.written = { body, html: (await ask(page, `/v1/articles/${slug}`)).body_html, notices: await page.textContent('.notices') }
}

{ // correct the live text while a draft lies beside it
  await page.click('.page-text p >> nth=0')
  await page.keyboard.press('Control+Home')
  await page.keyboard.type('UNREVIEWED ')
  await settled(page)
  const { slug } = await articleOf(page)
  await page.click('.acts button:has-text("Correct")')
  await page.waitForSelector('.writing-one .page-text')
  await page.fill('.standfirst', 'Four thousand came.')
  await page.fill('form.panel textarea', 'The number was missing.')
  await judge(page, 'correct')
  await page.click('form.panel button.main')
  await page.waitForSelector('main.writing')
  const live = await ask(page, `/v1/articles/${slug}`)
  const draft = await articleOf(page)
  told.corrected = { summary: live.summary, notes: live.corrections.map((one) => one.note), leaks: live.body_html.includes('UNREVIEWED'), draft: draft.body.includes('UNREVIEWED'), draftSummary: draft.summary }
}

{ // two people in one text: other paragraphs are joined, the same one is asked about
  await begin(page, 'Two writers')
  await page.click('.page-text')
  await page.keyboard.type('First.\nSecond.\nThird.')
  await settled(page)
  const editor = await enter('editor')
  await editor.page.goto(page.url())
  await editor.page.waitForSelector('.page-text')
  const write = async (at, line, words) => {
    await at.click(`.page-text p >> nth=${line}`)
    await at.keyboard.press('End')
    await at.keyboard.type(words)
  }
  await write(editor.page, 0, ' Eva.')
  while (!(await articleOf(editor.page)).body.includes('Eva.')) await editor.page.waitForTimeout(200)
  await settled(editor.page)
  await write(page, 2, ' Ana.')
  await page.waitForFunction(() => document.querySelector('.page-text').innerText.includes('Eva.'))
  await settled(page)
  told.joined = (await articleOf(page)).body
  await editor.page.reload()
  await editor.page.waitForSelector('.page-text')
  await write(editor.page, 1, ' Eva here.')
  while (!(await articleOf(editor.page)).body.includes('Eva here.')) await editor.page.waitForTimeout(200)
  await settled(editor.page)
  await write(page, 1, ' Ana here.')
  await page.waitForSelector('dialog .clash')
  await judge(page, 'clash')
  await page.click('dialog .clash label >> nth=2')
  await page.click('dialog button.main')
  await settled(page)
  told.chosen = (await articleOf(page)).body
  await editor.context.close()
}

{ // the network is cut while somebody types, then the tab dies; no word is lost
  await begin(page, 'On a train')
  await page.click('.page-text')
  await page.keyboard.type('Before.')
  await settled(page)
  await publisher.context.setOffline(true)
  await page.keyboard.type(' In the tunnel.')
  await page.waitForSelector('.save-status.waiting')
  told.cut = await page.textContent('.save-status')
  await publisher.context.setOffline(false)
  await page.click('.save-status button')
  await settled(page)
  await publisher.context.setOffline(true)
  await page.keyboard.type(' Second tunnel.')
  await page.waitForTimeout(800)
  const url = page.url()
  const other = await publisher.context.newPage()
  await page.close({ runBeforeUnload: false })
  await publisher.context.setOffline(false)
  await other.goto(`${home}/`)
  await other.waitForSelector('main h1')
  await other.waitForSelector('.busy', { state: 'detached' })
  told.kept = await other.textContent('main')
  await other.goto(url)
  await other.waitForSelector('.page-text')
  await settled(other)
  told.restored = { body: (await articleOf(other)).body, says: await other.textContent('.save-status'), shown: await text(other) }
  publisher.page = other
}

{ // schedule over a change of clocks, and move it in the week
  const { page } = publisher
  await begin(page, 'Clocks')
  await page.click('.page-text')
  await page.keyboard.type('Tick.')
  await settled(page)
  await page.click('.acts button:has-text("Schedule")')
  await page.fill('dialog input[type=datetime-local]', cases.skipped)
  told.skipped = { says: await page.textContent('dialog .moment'), disabled: await page.isDisabled('dialog button.main') }
  await page.fill('dialog input[type=datetime-local]', cases.double)
  told.double = { says: await page.textContent('dialog fieldset'), disabled: await page.isDisabled('dialog button.main') }
  await judge(page, 'schedule-dialog')
  await page.click('dialog input[type=radio] >> nth=1')
  await page.click('dialog button.main')
  await page.waitForSelector('.state-line .scheduled')
  told.scheduled = (await articleOf(page)).scheduled.map((release) => release.visible_from)
  const id = page.url().split('/').pop()
  await page.goto(`${home}/schedule?week=${cases.double.slice(0, 10)}`)
  await page.waitForSelector('.release')
  await judge(page, 'schedule')
  await page.click('.release button')
  await page.fill('dialog input[type=datetime-local]', cases.moved)
  await page.click('dialog button.main')
  await page.waitForSelector('dialog', { state: 'detached' })
  told.moved = (await ask(page, `/v1/admin/articles/${id}`)).scheduled.map((release) => release.visible_from)
}

{ // translate side by side
  const { page } = publisher
  await page.goto(`${home}/articles/${cases.source}`)
  await page.click('.aside summary:has-text("Translations")')
  await page.click('.aside button:has-text("Spanish")')
  await page.waitForSelector('.columns .page-text')
  told.untranslated = await page.textContent('.columns .sheet .reason')
  await page.fill('.columns textarea.title', 'Una fuente')
  await page.click('.columns .page-text')
  await page.keyboard.press('Control+A')
  await page.keyboard.type('En español.')
  await settled(page)
  await judge(page, 'translate')
  told.translated = await articleOf(page)
}

told.keyboard = await useKeyboard({ page: publisher.page, home, settled, articleOf })

{ // hostile titles and bodies, a body too large, another role
  const { page } = publisher
  await page.goto(`${home}/articles?q=hostile`)
  await page.waitForSelector('.rows a')
  await page.click('.rows a')
  await page.waitForSelector('.page-text, .source-text')
  told.harm = await page.evaluate(() => (window.harmed ?? 0) + document.querySelectorAll('main script, main iframe, main [onerror], main [onclick]').length)
  const writer = await enter('writer')
  await writer.page.goto(page.url())
  await writer.page.waitForSelector('.acts')
  told.writer = { acts: await writer.page.locator('.acts button').allTextContents(), menu: await writer.page.locator('.side nav a').allTextContents() }
  await writer.context.close()
}

told.faults = await meetFaults({ enter, begin, settled, articleOf, password })

{ // the round trip of every body
  const { page } = publisher
  const { build } = createRequire(`${desk}/`)('esbuild')
  const { outputFiles } = await build({
    stdin: { contents: "export { openText } from './src/editor/guard'; export { instantsOf } from './src/time'", resolveDir: desk },
    alias: { 'markdown-it': `${desk}/src/editor/no_reader.ts` },
    bundle: true, write: false, format: 'iife', globalName: 'round', jsx: 'automatic', jsxImportSource: 'preact',
  })
  await page.evaluate(`${outputFiles[0].text}\nObject.assign(window, round)`)
  told.moments = await page.evaluate((moments) => moments.filter(([local, zone, instants]) =>
    window.instantsOf(local, zone).map((instant) => instant.toISOString()).join() !== instants.join()), cases.moments)
  told.trips = await page.evaluate((bodies) => Promise.all(bodies.map(async ({ name, body, format, lang }) => {
    const { text, change } = await window.openText(body, format, lang)
    const again = change === null ? (await window.openText(text, format, lang)).text : text
    return { name, change, steady: again === text }
  })), cases.bodies)
}

{ // every screen, in both widths and colours; then nothing is left
  const { page, context } = publisher
  const admin = await enter('admin')
  told.trouble = await meetTrouble({ publisher, enter, home, ask, articleOf, begin, settled, cases })
  told.house = await keepHouse({ admin, browser, home, ask, judge, cases: { ...cases, password } })
  const small = await enter('admin', { viewport: { width: 320, height: 700 }, colorScheme: 'dark', locale: 'es' })
  const [sample] = await ask(admin.page, '/v1/admin/articles?q=Las%20Bambas&lang=en&limit=1')
  const paths = ['', 'articles', 'schedule', 'pictures', 'tags', 'letters', 'people', 'events', 'site/addresses', 'admin/partners', 'admin/imports', 'people?part=sponsors', 'people?part=authors', 'site', 'admin', 'admin/webhooks', 'admin/audit', 'account', `articles/${cases.source}`, `articles/${cases.source}/compare`, `articles/${sample.id}`]
  await Promise.all([['wide', admin], ['small', small]].map(async ([kind, person]) => {
    for (const path of paths) {
      await person.page.goto(`${home}/${path}`)
      await person.page.waitForSelector('main h1')
      await judge(person.page, `${kind}-${path.replace(cases.source, 'one').replace(`articles/${sample.id}`, 'article').replace(/\W/g, '-') || 'today'}`)
    }
  }))
  told.spanish = await small.page.evaluate(() => document.documentElement.lang)
  await page.goto(`${home}/sign-out`)
  await page.click('form button')
  await page.waitForSelector('#email')
  told.left = { databases: await page.evaluate(async () => (await indexedDB.databases()).map((one) => one.name)), cookies: (await context.cookies()).length }
  await page.goto(`${home}/articles`)
  await page.waitForSelector('#email')
  told.back = new URL(page.url()).search
}

await browser.close()
console.log(JSON.stringify({ ...told, seen }))
process.exit(0)
