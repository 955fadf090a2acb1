// What an administrator does beside writing: letters, the site, people, programs, accounts.
import { createHmac } from 'node:crypto'

/** The code of an authenticator app at an instant. */
function totp(secret, at) {
  const bits = [...secret.replace(/=+$/, '')].map((sign) => 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'.indexOf(sign).toString(2).padStart(5, '0')).join('')
  const key = Buffer.from(bits.match(/.{8}/g).map((byte) => parseInt(byte, 2)))
  const counter = Buffer.alloc(8)
  counter.writeBigUInt64BE(BigInt(Math.floor(at / 30_000)))
  const digest = createHmac('sha1', key).update(counter).digest()
  const offset = digest.at(-1) & 15
  return String((digest.readUInt32BE(offset) & 0x7fffffff) % 1_000_000).padStart(6, '0')
}

export async function keepHouse({ admin, browser, home, ask, judge, cases }) {
  const { page } = admin
  const told = {}
  const gone = () => page.waitForSelector('dialog', { state: 'detached' })
  const open = async (path) => {
    await page.goto(`${home}/${path}`)
    await page.waitForSelector('main h1')
    await page.waitForSelector('.busy', { state: 'detached' })
  }
  const said = (text) => page.waitForSelector(`.notice:has-text("${text}")`)
  page.on('dialog', (dialog) => dialog.accept())

  { // a letter: introduced, its articles chosen and ordered, tried, approved
    await open('letters')
    await page.click('.rows button:has-text("Weekly, English")')
    await page.waitForSelector('dialog .rendered', { state: 'attached' })
    await page.fill('dialog input >> nth=0', 'The week in Peru')
    await page.fill('dialog textarea', 'Dear readers, *two* things.')
    for (const title of ['News of rivers', 'News of roads']) {
      await page.fill('dialog input[type=search]', title)
      await page.click(`dialog .choices button:has-text("${title}")`)
    }
    await page.click('dialog .move button[aria-label="Move up: News of roads"]')
    await page.click('dialog footer button:has-text("Save")')
    await page.waitForSelector('dialog .rendered em')
    await judge(page, 'letter')
    told.preview = await page.textContent('dialog .rendered')
    await page.click('dialog button:has-text("Send me a test")')
    await said('The test letter')
    await page.click('dialog button:has-text("Approve")')
    await gone()
    const [issue] = (await ask(page, '/v1/admin/newsletters/issues')).filter((one) => one.subject)
    told.letter = { ...issue, articles: (await ask(page, `/v1/admin/newsletters/issues/${issue.id}`)).articles }
  }

  { // the site: an entry of the second level, a policy; an article first on the home
    await open(`articles/${cases.source}`)
    await page.click('.acts button:has-text("First on the home")')
    await page.waitForSelector('.acts button[aria-pressed=true]')
    await open('site')
    told.menu = [(await ask(page, '/v1/admin/site')).navigation]
    await page.click('button:has-text("Add an entry below") >> nth=0')
    await page.selectOption('.entry .entry details[open] select >> nth=0', 'page')
    await page.selectOption('.entry .entry details[open] select >> nth=1', { index: 1 })
    await page.click('.entry > .choice-line .move button >> nth=1')
    await page.click('summary:has-text("Policies")')
    await page.fill('details:has(summary:has-text("Policies")) input >> nth=0', 'https://example.org/mission')
    await page.click('.save-bar button')
    await said('Saved')
    const site = await ask(page, '/v1/admin/site')
    told.menu.push(site.navigation)
    told.site = { policies: site.policies, featured: site.featured }
  }

  { // an old address, an event, a member's place and portrait
    await open('site/addresses')
    await page.click('summary:has-text("Add an old address")')
    await page.fill('details input >> nth=0', '/old.php?id=7')
    await page.fill('details input >> nth=1', 'source')
    await page.click('details form button')
    await page.waitForSelector('code:text-is("/old.php?id=7")')
    await open('events')
    await page.click('button:has-text("New event")')
    await page.fill('dialog input >> nth=0', 'The yearly meeting')
    await page.fill('dialog input[type=datetime-local] >> nth=0', '2030-07-01T18:00')
    await judge(page, 'event')
    await page.click('dialog button.main')
    await gone()
    told.event = (await ask(page, '/v1/admin/events')).find((event) => event.titles.en === 'The yearly meeting').starts
    await open('people')
    const before = (await ask(page, '/v1/admin/committee')).map((member) => member.id)
    const firstName = await page.textContent('.rows button')
    await page.click('.rows .move button >> nth=1')
    await page.waitForFunction((name) => document.querySelector('.rows button').textContent !== name, firstName)
    await page.click('.rows button >> nth=0')
    await page.click('dialog button:has-text("picture")')
    await page.click('dialog .picture-grid button')
    await page.fill('dialog .describe textarea >> nth=0', 'A woman who laughs')
    await page.click('dialog .describe button.main')
    await page.waitForSelector('dialog .medium-field img')
    await page.click('dialog footer button.main')
    await gone()
    const members = await ask(page, '/v1/admin/committee')
    told.people = { before: before.slice(0, 2), after: members.slice(0, 2).map((member) => member.id), portrait: members[0].portrait !== null }
  }

  { // a tag gives way to another; a picture gets a better file
    await open('tags')
    const [first, second] = (await ask(page, '/v1/admin/tags')).filter((tag) => tag.used_by && tag.names.en && !tag.parent)
    await page.click(`table button:text-is("${first.names.en}")`)
    told.tagHeld = await page.isDisabled('dialog footer .danger')
    await page.selectOption('dialog select >> nth=2', second.slug)
    await page.waitForSelector('dialog .warning')
    await page.click('dialog footer .danger')
    await gone()
    const left = await ask(page, '/v1/admin/tags')
    told.tag = { gone: !left.some((tag) => tag.slug === first.slug), grown: left.find((tag) => tag.slug === second.slug).former_slugs.includes(first.slug) }
    await open('pictures')
    const [medium] = await ask(page, '/v1/admin/media?limit=1')
    await page.click('.picture-grid button')
    await page.setInputFiles('dialog input[type=file]', { name: 'better.jpg', mimeType: 'image/jpeg', buffer: Buffer.from(cases.better, 'base64') })
    await said('The new file')
    const replaced = await ask(page, `/v1/admin/media/${medium.id}`)
    told.file = { name: replaced.name, alt: JSON.stringify(replaced.alt) === JSON.stringify(medium.alt), width: replaced.width }
  }

  { // another program: a webhook, a partner's key, a token of my own
    await open('admin/webhooks')
    await page.click('button:has-text("New webhook")')
    await page.fill('dialog input >> nth=0', 'Build')
    await page.fill('dialog input >> nth=1', cases.hook)
    await page.click('dialog footer button')
    await page.waitForSelector('dialog code')
    await page.keyboard.press('Escape')
    await page.click('button:has-text("Deliveries")')
    told.untested = await page.isDisabled('dialog button:has-text("Send a test")')
    await page.keyboard.press('Escape')
    await page.click('button[aria-label="Remove Build"]')
    await said('Removed')
    told.hooks = (await ask(page, '/v1/admin/webhooks')).length
    await open('admin/partners')
    await page.click('button:has-text("New partner")')
    await page.fill('dialog input >> nth=0', 'Andean network')
    await page.click('dialog button.main')
    await gone()
    await page.click('button:has-text("Keys and usage")')
    await page.fill('dialog form input >> nth=0', 'Their site')
    await page.click('dialog form button')
    told.key = await page.textContent('dialog dialog code')
    await open('account')
    await page.click('summary:has-text("New token")')
    const form = page.locator('details:has(summary:has-text("New token"))')
    await form.locator('input').nth(0).fill('Script')
    await form.locator('input[type=checkbox]').nth(0).check()
    await form.locator('input[type=password]').fill(cases.password)
    await form.locator('form > button').click()
    told.token = await page.textContent('dialog code')
    await page.keyboard.press('Escape')
    await page.click('button[aria-label="Remove Script"]')
    await said('Revoked')
    told.tokens = (await ask(page, '/v1/admin/tokens')).filter((token) => token.name === 'Script' && !token.revoked_at).length
  }

  { // somebody is invited, chooses a password and turns a second factor on
    await open('admin')
    await page.click('button:has-text("Invite")')
    await page.fill('dialog input >> nth=0', 'nueva@example.org')
    await page.click('dialog footer button')
    const link = await page.textContent('dialog code')
    const context = await browser.newContext({ locale: 'en' })
    const other = await context.newPage()
    other.setDefaultTimeout(60_000)
    await other.goto(link)
    await other.fill('#password', 'a bridge over the Mantaro')
    await other.click('form button')
    await other.waitForSelector('#email')
    await other.fill('#email', 'nueva@example.org')
    await other.fill('#password', 'a bridge over the Mantaro')
    await other.click('form button')
    await other.waitForSelector('main h1')
    await other.goto(`${home}/account`)
    await other.click('summary:has-text("Second factor")')
    await other.fill('details[open] input', 'a bridge over the Mantaro')
    await other.click('details[open] form button')
    const secret = await other.textContent('dialog code')
    const [session] = await ask(other, '/v1/admin/auth/sessions')
    await other.fill('dialog input', totp(secret.trim(), Date.parse(session.last_used_at)))
    await other.click('dialog footer button')
    await other.waitForSelector('dialog li code >> nth=9')
    await judge(other, 'recovery-codes')
    await other.click('dialog footer button')
    await other.waitForSelector('#email')
    told.invited = (await ask(page, '/v1/admin/users')).find((account) => account.email === 'nueva@example.org')
    await context.close()
  }
  return told
}
