// A server that fails, an article that somebody trashed, a session that ends while one types.

export async function meetFaults({ enter, begin, settled, articleOf, password }) {
  const { page } = await enter('editor')
  page.on('dialog', (dialog) => dialog.accept())
  await begin(page, 'Faults')
  await page.click('.page-text')
  await page.keyboard.type('Good.')
  await settled(page)
  const faults = {}
  for (const status of [500, 413, 429, 0]) {
    await page.route('**/v1/admin/articles/*', (route) => route.request().method() !== 'PATCH' ? route.continue()
      : status ? route.fulfill({ status, contentType: 'application/problem+json', body: '{"code": "made_up", "detail": "A sentence."}' })
      : route.abort('connectionreset'))
    await page.keyboard.type(` ${status}.`)
    await page.waitForSelector('.save-status .why')
    faults[status] = await page.textContent('.save-status p')
    await page.unroute('**/v1/admin/articles/*')
    await page.keyboard.press('Control+s')
    await settled(page)
  }
  await page.route('**/v1/admin/articles/*', (route) => route.request().method() === 'PATCH' ? route.fulfill({ status: 503, body: '' }) : route.continue())
  await page.click('.page-text p')
  await page.keyboard.press('End')
  await page.keyboard.type(' Left.')
  await page.click('.side nav a >> nth=0')
  await page.waitForSelector('main section .rows')
  await page.unroute('**/v1/admin/articles/*')
  await page.click('main section .rows a:has-text("Faults") >> nth=0')
  await page.waitForSelector('.page-text')
  await settled(page)
  const call = (path, method) => page.evaluate(async ([path, method]) => {
    const headers = { 'Willay-Desk': '1' }
    const { data } = await (await fetch(path, { headers })).json()
    const one = Array.isArray(data) ? data.find((session) => session.is_current) : data
    await fetch(Array.isArray(data) ? `${path}/${one.id}` : path, { method, headers: { ...headers, 'If-Match': `"${one.revision}"` } })
  }, [path, method])
  await call(`/v1/admin/articles/${page.url().split('/').pop()}`, 'DELETE')
  await page.click('.page-text p')
  await page.keyboard.press('End')
  await page.keyboard.type(' Trashed.')
  await page.waitForSelector('.save-status.refused')
  await page.click('.acts button:has-text("Restore")')
  await settled(page)
  await call('/v1/admin/auth/sessions', 'DELETE')
  await page.click('.page-text p')
  await page.keyboard.press('End')
  await page.keyboard.type(' Ended.')
  await page.click('.banner button')
  await page.fill('#email', 'editor@example.org')
  await page.fill('#password', password)
  await page.click('form button')
  await page.waitForSelector('.page-text')
  await settled(page)
  faults.body = (await articleOf(page)).body
  return faults
}
