// Uses the demo as readers would, and tells as JSON what was seen.
// node drive.mjs MODULES BROWSER DEMO SCREENSHOTS TOKEN; after the line "open" it waits for a line.
import { createRequire } from 'node:module'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { pathToFileURL } from 'node:url'

const [modules, browserPath, demo, pictures, token] = process.argv.slice(2)
const required = createRequire(`${modules}/`)
const { chromium } = (await import(pathToFileURL(required.resolve('playwright-core')))).default
const axe = readFileSync(required.resolve('axe-core/axe.min.js'), 'utf8')
const PAGES = {
  home: '', home_es: 'es/', news: 'news', month: 'news/2022/12', tag: 'tags/human-rights', series: 'tags/newsletter-sample-1',
  article: 'news/oil-on-the-beaches-of-ventanilla', article_es: 'es/news/la-oroya-gana-en-san-jose', page: 'about',
  committee: 'committee', sponsors: 'sponsors', author: 'authors/peru-support-group', search: 'search?q=Cajamraca',
  hostile: 'news/harm', pictured: 'news/pictured', preview: `preview/${token}`, gone: 'events/2012-conference/booking', moved: 'campaigns/rio-blanco', lost: 'no-such-page',
}
const browser = await chromium.launch({ executablePath: browserPath, args: ['--no-sandbox'] })

/** A page in a context of its own, so that nothing is kept from another one. */
async function open(path, options = {}) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options })
  const page = await context.newPage()
  page.setDefaultTimeout(60_000)
  const seen = { troubles: [], asked: [], failed: [] }
  page.on('console', (said) => ['error', 'warning'].includes(said.type()) && seen.troubles.push(said.text()))
  page.on('pageerror', (error) => seen.troubles.push(String(error)))
  page.on('dialog', (dialog) => { seen.troubles.push(`dialog: ${dialog.message()}`); dialog.dismiss() })
  page.on('requestfailed', (request) => seen.failed.push(request.url()))
  page.on('response', (answer) => {
    if (new URL(answer.url()).origin !== new URL(demo).origin) seen.failed.push(answer.url())
    if (answer.status() >= 400) seen.failed.push(`${answer.status()} ${new URL(answer.url()).pathname}`)
    if (answer.url().includes('/v1/') && !answer.url().includes('/v1/media/')) seen.asked.push(new URL(answer.url()).pathname)
  })
  await page.goto(demo + path)
  return { page, seen, context }
}
const shown = (page) => page.waitForSelector('main:not([aria-busy]) h1', { state: 'attached' })
const h1 = (page) => page.locator('h1').first().textContent()

const told = { pages: {} }
for (const width of [1280, 320]) {
  for (const [name, path] of Object.entries(PAGES)) {
    const { page, seen, context } = await open(path, { viewport: { width, height: 800 }, colorScheme: width === 320 ? 'dark' : 'light' })
    await shown(page)
    await page.evaluate(axe)
    told.pages[`${name} ${width}`] = {
      ...seen, title: await page.title(), h1: await h1(page), address: new URL(page.url()).pathname,
      wide: await page.evaluate(() => document.documentElement.scrollWidth - innerWidth),
      lang: await page.evaluate(() => document.documentElement.lang),
      top: await page.evaluate(() => document.getElementById('top').offsetHeight),
      head: await page.evaluate(() => [...document.head.querySelectorAll('[data-page]')].map((one) => one.rel || one.name || one.type)),
      axe: await page.evaluate(async () => (await window.axe.run()).violations.map((one) => `${one.id}: ${one.nodes.map((node) => node.target).join(' ')}`)),
      pictures: await page.locator('.story figure img[srcset][width][height]').count(),
      blank: await page.locator('main img[srcset]:not([loading])').evaluateAll((all) => all.filter((one) => one.complete && !one.naturalWidth).length),
      harm: await page.evaluate(() => document.querySelectorAll('main script, main [onerror], main [onclick], main iframe, main [href^="javascript:"]').length + (window.harmed ?? 0)),
    }
    await page.screenshot({ path: `${pictures}/${name}-${width}.png` })
    await context.close()
  }
}

{ // by the keyboard alone: search, and an article that it finds
  const { page, seen, context } = await open('')
  await shown(page)
  const reach = async (check) => {
    for (let steps = 0; steps < 60; steps += 1) {
      await page.keyboard.press('Tab')
      if (await page.evaluate(check)) return true
    }
    return false
  }
  await page.keyboard.press('Tab')
  told.keyboard = { skip: await page.evaluate(() => document.activeElement.className) }
  await reach(() => document.activeElement.className === 'find')
  await page.keyboard.press('Enter')
  await page.waitForSelector('#words')
  await page.waitForFunction(() => document.activeElement.id === 'words')
  await page.keyboard.type('Ventanilla', { delay: 20 })
  await page.waitForSelector('.hit mark')
  told.keyboard.said = await page.locator('[aria-live]').textContent()
  await reach(() => document.activeElement.closest('.hit h2'))
  await page.keyboard.press('Enter')
  await page.waitForFunction(() => document.activeElement.localName === 'h1' && !location.pathname.endsWith('/search'))
  told.keyboard.article = new URL(page.url()).pathname
  await page.goBack()
  await page.waitForSelector('.hit mark')
  told.keyboard.back = new URL(page.url()).search
  // A visit asks for the site's record once.
  seen.asked.length = 0
  await page.locator('.menu a').first().click()
  await page.waitForFunction(() => location.pathname.endsWith('/news') && !document.querySelector('main[aria-busy]'))
  told.visit = seen.asked
  await context.close()
}

{ // another language, on the same page
  const { page, context } = await open('news/oil-on-the-beaches-of-ventanilla')
  await shown(page)
  await page.locator('.tools a[hreflang=es]').click()
  await page.waitForFunction(() => document.documentElement.lang === 'es')
  told.switched = new URL(page.url()).pathname
  await context.close()
}

{ // without JavaScript
  const { page, context } = await open('news', { javaScriptEnabled: false })
  told.plain = { text: await page.locator('main').innerText(), links: await page.locator('main a').evaluateAll((all) => all.map((one) => new URL(one.href).pathname)) }
  await context.close()
}

{ // a text that is retracted while it is open
  const { page, context } = await open('news/soon-retracted')
  await shown(page)
  told.before = await h1(page)
  process.stdout.write('open\n')
  await once(process.stdin, 'data')
  const began = Date.now()
  await page.reload()
  await shown(page)
  told.after = { text: await page.locator('main').innerText(), took: Date.now() - began }
  await context.close()
}

await browser.close()
console.log(JSON.stringify(told))
process.exit(0)
