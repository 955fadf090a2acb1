// A browser at the desk, and what it tells of every screen: the policy, errors, access for all, width.
import { createRequire } from 'node:module'
import { readFileSync } from 'node:fs'
import { pathToFileURL } from 'node:url'

export async function openDesk({ modules, browserPath, address, pictures, password }) {
  const required = createRequire(`${modules}/`)
  const { chromium } = (await import(pathToFileURL(required.resolve('playwright-core')))).default
  const axe = readFileSync(required.resolve('axe-core/axe.min.js'), 'utf8')
  const home = `${address}/desk`
  const seen = { policy: [], errors: [], axe: {}, wide: {}, bare: [] }
  const browser = await chromium.launch({ executablePath: browserPath, args: ['--no-sandbox'] })

  /** A browser of one person, who is signed in. */
  async function enter(name, options = {}, totp = '') {
    const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, locale: 'en', ...options })
    await context.addInitScript(() => addEventListener('securitypolicyviolation', (event) => console.error(`POLICY ${event.violatedDirective} ${event.blockedURI}`)))
    context.on('console', (said) => said.text().startsWith('POLICY') && seen.policy.push(said.text()))
    context.on('weberror', (error) => seen.errors.push(String(error.error())))
    const page = await context.newPage()
    page.setDefaultTimeout(60_000)
    await page.goto(`${home}/sign-in`)
    const fill = async (value) => {
      await page.fill('#email', `${name}@example.org`)
      await page.fill('#password', password)
      await page.fill('#code', value)
      await page.click('form button')
    }
    await fill('')
    let asked = ''
    if (totp) {
      asked = await page.textContent('[role=alert]')
      await fill(totp)
    }
    await page.waitForSelector('main h1')
    return { context, page, asked }
  }

  /** What the management API answers to somebody who is signed in. */
  const ask = (page, path) => page.evaluate(async (path) => (await (await fetch(path, { cache: 'no-store', headers: { 'Willay-Desk': '1' } })).json()).data, path)

  /** Looks at a screen that is whole. */
  async function judge(page, name) {
    await page.waitForSelector('.busy', { state: 'detached' })
    await page.evaluate(axe)
    const violations = await page.evaluate(async () => (await window.axe.run()).violations.map((one) => `${one.id}: ${one.nodes.map((node) => node.target).join(' ')}`))
    const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)
    if (violations.length) seen.axe[name] = violations
    if (wide > 0) seen.wide[name] = wide
    seen.bare.push(name)
    if (pictures) await page.screenshot({ path: `${pictures}/desk-${name}.png` })
  }

  return { browser, home, seen, enter, ask, judge }
}
