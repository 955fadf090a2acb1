// What goes wrong at a desk: addresses that are nonsense, two tabs, a wrong clock, texts of other programs.
import { createServer } from 'node:http'

const NONSENSE = [
  'schedule?week=x', 'schedule?week=2026-99-99', 'schedule?week=0000-01-01', 'people?part=%F0%9F%90%88', 'articles?state=x&order=y&lang=!!&q=%3C', 'articles?missing_translation=x&tag=%20',
  'articles/x', 'articles/x/compare?from=a&to=b', 'articles/x/correct', 'articles/x/translate', 'articles/%ZZ', 'admin/x', 'admin/imports/x', 'site/x', 'letters/x', 'events?week=x', 'x/y/z?&&=',
]

export async function meetTrouble({ publisher, enter, home, ask, articleOf, begin, settled, cases }) {
  const { page, context } = publisher
  const told = {}
  const paste = (at, html) => at.evaluate((html) => {
    const clipboardData = new DataTransfer()
    clipboardData.setData('text/html', html)
    document.querySelector('.page-text').dispatchEvent(new ClipboardEvent('paste', { bubbles: true, cancelable: true, clipboardData }))
  }, html)
  const write = async (at, line, words) => {
    await at.click(`.page-text p >> nth=${line}`)
    await at.keyboard.press('End')
    await at.keyboard.type(words)
  }

  { // nonsense in the address shows a page
    told.blank = []
    for (const path of [...NONSENSE, `articles/${cases.source}/compare?from=a&to=b`, `articles/${cases.source}/compare?from=-1&to=99999`]) {
      await page.goto(`${home}/${path}`)
      const title = await page.waitForSelector('main h1', { timeout: 60_000 }).then((heading) => heading.textContent(), () => '')
      if (!title || title.includes('could not be drawn')) told.blank.push(path)
    }
  }

  { // a page of Google Docs, whose picture nobody else may see
    await page.goto(`${home}/`)
    await begin(page, 'From another program')
    await page.click('.page-text')
    await paste(page, cases.docs)
    await page.waitForSelector('.page-text li')
    await page.waitForSelector('.notice:has-text("not pasted")')
    await settled(page)
    told.docs = (await articleOf(page)).body
  }

  { // who pastes and leaves at once leaves nothing behind
    await begin(page, 'In a hurry')
    await page.click('.page-text')
    await page.keyboard.type('Before.')
    await settled(page)
    const id = page.url().split('/').pop()
    let answer
    const held = new Promise((resolve) => { answer = resolve })
    await page.route('**/v1/admin/render', async (route) => { await held; await route.continue() })
    const asked = page.waitForRequest('**/v1/admin/render')
    await paste(page, '<p>Pasted late.</p><p>Twice.</p>')
    await asked
    await page.click('.side nav a >> nth=1')
    await page.waitForSelector('.filters')
    answer()
    for (let tries = 0; tries < 300 && !told.hurry?.includes('Twice.'); tries += 1) {
      await page.waitForTimeout(200)
      told.hurry = (await ask(page, `/v1/admin/articles/${id}`)).body
    }
    await page.unroute('**/v1/admin/render')
  }

  { // two tabs of one person; neighbouring paragraphs are joined too
    await begin(page, 'Two tabs')
    await page.click('.page-text')
    await page.keyboard.type('One.\nTwo.\nThree.')
    await settled(page)
    const tab = await context.newPage()
    tab.setDefaultTimeout(60_000)
    await tab.goto(page.url())
    await tab.waitForSelector('.save-status .restored')
    told.elsewhere = await tab.textContent('.save-status .restored')
    await write(tab, 1, ' Second tab.')
    await settled(tab)
    await write(page, 2, ' First tab.')
    await page.waitForFunction(() => document.querySelector('.page-text').innerText.includes('Second tab.'))
    await settled(page)
    told.tabs = (await articleOf(page)).body
    await write(tab, 1, ' Mine.')
    await tab.waitForFunction(() => document.querySelector('.page-text').innerText.includes('First tab.'))
    await settled(tab)
    await write(page, 1, ' Also mine.')
    await page.waitForSelector('dialog .clash')
    told.self = await page.textContent('dialog h2')
    await page.click('dialog .clash label >> nth=2')
    await page.click('dialog button.main')
    await settled(page)
    told.both = (await articleOf(page)).body
    await tab.close()
  }

  { // the real front end, in a frame that may show no other
    const front = createServer((_request, answer) => { answer.setHeader('Content-Type', 'text/html'); answer.end('<h1>The front end</h1>') })
    await new Promise((listening) => front.listen(cases.front, '127.0.0.1', listening))
    await page.click('.acts button:has-text("Preview")')
    await page.waitForSelector('dialog iframe')
    told.front = await page.frameLocator('dialog iframe').locator('h1').textContent()
    await page.keyboard.press('Escape')
    front.closeAllConnections()
    front.close()
  }

  { // a clock that is years wrong
    const wrong = await enter('editor')
    await wrong.page.clock.install({ time: new Date('2019-03-04T10:00:00Z') })
    await wrong.page.goto(`${home}/schedule`)
    await wrong.page.waitForSelector('.week')
    await wrong.page.click('button:has-text("This week")')
    told.year = await wrong.page.evaluate(() => new URLSearchParams(location.search).get('week').slice(0, 4))
    await wrong.context.close()
  }

  { // approved texts can be returned, and History has a sentence for each act
    const editor = await enter('editor')
    const at = editor.page
    await begin(at, 'To and fro')
    await at.click('.page-text')
    await at.keyboard.type('Words.')
    await settled(at)
    for (const act of ['Ask for review', 'Approve', 'Return']) {
      await at.click(`.acts button:has-text("${act}")`)
      await at.click('dialog button.main')
      await at.waitForSelector('dialog', { state: 'detached' })
    }
    await at.click('.aside summary:has-text("History")')
    await at.waitForSelector('.timeline li >> nth=3')
    told.history = await at.locator('.timeline p:not(.row-facts)').allTextContents()
    await editor.context.close()
  }
  return told
}
