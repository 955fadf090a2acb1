// Looks at pages in a browser, at two widths, and tells as JSON what is wrong with them.
// node look.mjs MODULES BROWSER SITE SCREENSHOTS PATH…
import { createRequire } from 'node:module'
import { readFileSync } from 'node:fs'
import { pathToFileURL } from 'node:url'

const [modules, browserPath, site, pictures, ...paths] = process.argv.slice(2)
const required = createRequire(`${modules}/`)
const { chromium } = (await import(pathToFileURL(required.resolve('playwright-core')))).default
const axe = readFileSync(required.resolve('axe-core/axe.min.js'), 'utf8')
const browser = await chromium.launch({ executablePath: browserPath, args: ['--no-sandbox'] })

const told = {}
for (const width of [1280, 320]) {
  const page = await browser.newPage({ viewport: { width, height: 800 } })
  page.setDefaultTimeout(20_000)
  const troubles = []
  page.on('console', (said) => ['error', 'warning'].includes(said.type()) && troubles.push(said.text()))
  page.on('pageerror', (error) => troubles.push(String(error)))
  for (const [place, path] of paths.entries()) {
    await page.goto(site + path)
    await page.evaluate(axe)
    const violations = await page.evaluate(async () => (await window.axe.run()).violations)
    told[`${path} ${width}`] = {
      troubles: troubles.splice(0),
      axe: violations.map((one) => `${one.id}: ${one.nodes.map((node) => node.target).join(' ')}`),
      wide: await page.evaluate(() => Math.max(0, document.documentElement.scrollWidth - innerWidth)),
    }
    await page.screenshot({ path: `${pictures}/astro-${place}-${width}.png` })
  }
  await page.close()
}
await browser.close()
console.log(JSON.stringify(told))
