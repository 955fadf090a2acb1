// Elements are made here. Text always becomes text; two kinds of markup from the API are the one
// exception, at `markup` below, and the page's policy makes the browser hold everybody to it.

/** An element: `h('a.card', { href }, 'text', child)`. Null children and attributes are left out. */
export function h(name, attributes, ...children) {
  const [tag, ...classes] = name.split('.')
  const made = document.createElement(tag)
  if (classes.length) made.className = classes.join(' ')
  for (const [key, value] of Object.entries(attributes ?? {})) {
    if (typeof value === 'function') made.addEventListener(key, value)
    else if (value === true) made.setAttribute(key, '')
    else if (value !== null && value !== undefined && value !== false) made.setAttribute(key, value)
  }
  made.append(...children.flat(3).filter((child) => child !== null && child !== undefined && child !== false))
  return made
}

const policy = globalThis.trustedTypes?.createPolicy('willay', { createHTML: (text) => text, createScript: (text) => text })

/** THE ONLY PLACE THAT TAKES MARKUP. It is given an article's `body_html` and the highlights of a
 * search, which the API has sanitised, and nothing else. Nothing from another host is loaded:
 * players and pictures from elsewhere become links. */
export function markup(text) {
  const template = document.createElement('template')
  template.innerHTML = policy ? policy.createHTML(text) : text
  for (const one of template.content.querySelectorAll('img:not([alt])')) one.alt = ''
  for (const one of template.content.querySelectorAll('[src]')) {
    const source = new URL(local(one.getAttribute('src')), location.href)
    if (source.origin === location.origin && one.localName === 'img') {
      one.setAttribute('src', local(one.getAttribute('src')))
      if (one.srcset) one.setAttribute('srcset', local(one.getAttribute('srcset')))
    } else if (/^https?:$/.test(source.protocol)) {
      one.replaceWith(h('a', { href: source.href, rel: 'noopener noreferrer' }, one.alt || one.title || source.host))
    } else one.remove()
  }
  for (const one of template.content.querySelectorAll('source[srcset]')) one.setAttribute('srcset', local(one.getAttribute('srcset')))
  for (const table of template.content.querySelectorAll('table')) {
    const frame = h('div.scroll', { tabindex: '0', role: 'region', 'aria-label': table.caption?.textContent || 'Table' })
    table.replaceWith(frame)
    frame.append(table)
  }
  return template.content
}

/** A block of data for machines, such as JSON-LD. Browsers run no block of this type. */
export function dataBlock(type, value) {
  const made = h('script', { type })
  const text = JSON.stringify(value)
  made.textContent = policy ? policy.createScript(text) : text
  return made
}

/** Media by their path alone, since the service may be open under another name than its own. */
export function local(addresses) {
  return addresses.replace(/https?:\/\/[^/\s,]+(?=\S*\/v1\/media\/)/g, '')
}
