// Uses the page as a reader would, and tells as JSON what was seen.
// node drive.mjs MODULES BROWSER PAGE SCREENSHOTS
import { createRequire } from 'node:module'
import { pathToFileURL } from 'node:url'

const [modules, browserPath, address, pictures] = process.argv.slice(2)
const found = createRequire(`${modules}/`).resolve('playwright-core')
const { chromium } = (await import(pathToFileURL(found))).default

const browser = await chromium.launch({ executablePath: browserPath, args: ['--no-sandbox'] })
const page = await browser.newPage({ viewport: { width: 1200, height: 900 } })
page.setDefaultTimeout(60_000)
const troubles = []
page.on('console', (said) => ['error', 'warning'].includes(said.type()) && troubles.push(said.text()))
page.on('pageerror', (error) => troubles.push(String(error)))
page.on('dialog', (dialog) => { troubles.push(`dialog: ${dialog.message()}`); dialog.dismiss() })
page.on('response', (answer) => answer.status() >= 400 && troubles.push(`${answer.status()} ${answer.url()}`))

const box = page.locator('header input[type=search]')
const texts = (selector) => page.locator(selector).allInnerTexts()
const total = async () => Number((await page.locator('#stats').innerText()).match(/[\d,]+/)[0].replaceAll(',', ''))
const settled = (check, told) => page.waitForFunction(check, told)
const look = async () => ({ total: await total(), titles: await texts('.ais-Hits h3') })
const typed = async (words) => {
  await box.fill('')
  await box.pressSequentially(words, { delay: 20 })
  await settled((w) => document.querySelector('#stats').innerText.endsWith(`“${w}”`), words)
}

const seen = {}
try {
  await page.goto(address)
  await page.waitForSelector('.ais-Hits-item')
  seen.start = await look()
  seen.unlabelled = await page.locator('input:not([type=hidden]), select, button').evaluateAll((all) =>
    all.filter((one) => !(one.labels?.length || one.ariaLabel || one.title || one.innerText)).map((one) => one.outerHTML))

  await typed('mining')
  seen.typed = { ...(await look()), marks: await texts('.ais-Hits mark') }
  await page.screenshot({ path: `${pictures}/words.png`, fullPage: true })

  await typed('Cajamraca')
  seen.slip = { ...(await look()), marks: await texts('.ais-Hits mark') }

  await typed('script')
  seen.hostile = { ...(await look()), elements: await page.locator('.ais-Hits img, .ais-Hits script, .ais-Hits h3 b').count() }

  await box.fill('')
  await settled(() => !document.querySelector('#stats').innerText.includes('“'))
  await page.locator('#tags input[type=search]').fill('wat')
  const water = page.locator('#tags .ais-RefinementList-item', { hasText: /^Water/ })
  seen.count = Number(await water.locator('.ais-RefinementList-count').innerText())
  await water.locator('label').click()
  await settled((n) => document.querySelector('#stats').innerText.startsWith(`${n} `), seen.count)
  seen.facet = await look()
  seen.tags = await page.locator('.ais-Hits .tags').evaluateAll((lists) => lists.map((list) => list.innerText))
  await page.locator('#languages .ais-RefinementList-item', { hasText: 'Spanish' }).locator('label').click()
  await settled((n) => !document.querySelector('#stats').innerText.startsWith(`${n} `), seen.count)
  seen.narrower = await look()
  seen.languages = await page.locator('.ais-Hits article').evaluateAll((all) => all.map((one) => one.lang))
  await page.screenshot({ path: `${pictures}/narrowed.png`, fullPage: true })
  await page.locator('.ais-ClearRefinements-button').click()
  await settled((n) => document.querySelector('#stats').innerText.startsWith(`${n} `), seen.start.total)

  await page.locator('#tags input[type=search]').fill('hum')
  await page.waitForFunction(() => document.querySelector('#tags .ais-RefinementList-list')?.innerText.startsWith('Human'))
  seen.subjects = await texts('#tags .ais-RefinementList-labelText')
  await page.locator('#tags input[type=search]').fill('')
  await page.waitForFunction(() => document.querySelectorAll('#tags .ais-RefinementList-item').length > 5)

  await page.locator('#order select').selectOption({ label: 'Oldest first' })
  await settled((first) => document.querySelector('.ais-Hits h3').innerText !== first, seen.start.titles[0])
  seen.oldest = await texts('.ais-Hits time')

  await page.locator('#order select').selectOption({ label: 'Best match' })
  await settled((first) => document.querySelector('.ais-Hits h3').innerText === first, seen.start.titles[0])
  await page.locator('#pages').getByText('2', { exact: true }).click()
  await settled((first) => document.querySelector('.ais-Hits h3').innerText !== first, seen.start.titles[0])
  seen.second = await look()
  seen.pages = (await texts('#pages li')).map((text) => text.trim())
  await page.screenshot({ path: `${pictures}/second.png`, fullPage: true })

  await box.fill('zzzzqqqq xxyyzz')
  await page.waitForSelector('.nothing')
  seen.nothing = await page.locator('.nothing').innerText()

  const phone = await browser.newPage({ viewport: { width: 390, height: 800 }, deviceScaleFactor: 2 })
  await phone.goto(`${address}?articles%5Bquery%5D=agua`)
  await phone.waitForSelector('.ais-Hits mark')
  seen.wide = await phone.evaluate(() => document.documentElement.scrollWidth - window.innerWidth)
  await phone.screenshot({ path: `${pictures}/phone.png` })
} catch (error) {
  await page.screenshot({ path: `${pictures}/failed.png`, fullPage: true })
  seen.failed = String(error)
}
seen.troubles = troubles
await browser.close()
console.log(JSON.stringify(seen))
