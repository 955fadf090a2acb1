import { useEffect, useRef } from 'preact/hooks'
import { parseHtml } from '../editor/html'
import { card, showPicture } from '../editor/pictures'

/** HTML without what the browser would report as it reads it: letters have styles of their own. */
const withoutStyles = (html: string): string => html.replace(/<style[\s\S]*?<\/style>/gi, '')
  .replace(/<[a-z][^>]*>/gi, (tag) => tag.replace(/\s(style=(?!"text-align:)|bgcolor=)("[^"]*"|'[^']*')/gi, ''))

/** HTML as the server made it, without what the desk does not load: players, foreign pictures. */
export function Rendered({ html, lang }: { html: string; lang: string }) {
  const frame = useRef<HTMLDivElement>(null)
  useEffect(() => {
    const page = parseHtml(withoutStyles(html))
    for (const script of page.querySelectorAll('script, style, link, object, embed, form, base, meta')) script.remove()
    for (const element of page.querySelectorAll('*')) {
      for (const { name } of Array.from(element.attributes)) if (/^on|^style$/.test(name)) element.removeAttribute(name)
    }
    // A letter is a page of its own; here it is a part of one.
    for (const mark of page.querySelectorAll('main, header, footer, nav, aside')) {
      const part = page.createElement('div')
      part.append(...Array.from(mark.childNodes))
      mark.replaceWith(part)
    }
    for (const link of page.querySelectorAll('a')) {
      link.target = '_blank'
      link.rel = 'noreferrer'
      if (!/^(https?:|mailto:|#|\/)/.test(link.getAttribute('href') ?? '')) link.removeAttribute('href')
    }
    for (const player of page.querySelectorAll('iframe')) player.replaceWith(card(player.getAttribute('src') ?? ''))
    for (const image of page.querySelectorAll('img')) {
      const holder = document.createElement('span')
      showPicture(holder, image.getAttribute('src') ?? '', image.alt)
      image.replaceWith(holder)
    }
    frame.current!.replaceChildren(...Array.from(page.body.childNodes).map((node) => document.adoptNode(node)))
  }, [html])
  return <div ref={frame} class="rendered" lang={lang} />
}
