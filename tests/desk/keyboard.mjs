// Writes an article by the keyboard alone.

export async function useKeyboard({ page, home, settled, articleOf }) {
  await page.goto(`${home}/`)
  await page.waitForSelector('main h1')
  const reach = async (check) => {
    for (let steps = 0; steps < 40; steps += 1) {
      await page.keyboard.press('Tab')
      if (await page.evaluate(check)) return true
    }
    return false
  }
  await page.keyboard.press('Tab')
  const seen = { skip: await page.evaluate(() => document.activeElement.className) }
  await reach(() => document.activeElement.classList.contains('new'))
  await page.keyboard.press('Enter')
  await page.waitForSelector('dialog')
  await page.keyboard.type('By keyboard')
  await page.keyboard.press('Enter')
  await page.waitForSelector('.page-text')
  await reach(() => document.activeElement.classList.contains('title'))
  await page.keyboard.press('Enter')
  await page.keyboard.type('A standfirst.')
  await page.keyboard.press('Enter')
  await page.keyboard.type('/quo')
  await page.waitForSelector('.slash-menu')
  await page.keyboard.press('Enter')
  await page.keyboard.type('Said.')
  await page.keyboard.press('Control+s')
  await settled(page)
  await page.waitForTimeout(300)
  await settled(page)
  await reach(() => document.activeElement.textContent === 'Publish')
  await page.keyboard.press('Enter')
  await page.waitForSelector('dialog .checklist')
  await page.keyboard.press('Escape')
  await page.waitForSelector('dialog', { state: 'detached' })
  seen.closed = await page.locator('dialog').count()
  seen.focus = await page.evaluate(() => document.activeElement.textContent)
  seen.article = await articleOf(page)
  return seen
}
