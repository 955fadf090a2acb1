import type { ComponentChildren } from 'preact'
import { useLayoutEffect, useId, useRef } from 'preact/hooks'
import { words } from '../words'

/** A question in front of the page. Escape and the button at its end close it. */
export function Dialog(props: { title: string; onClose: () => void; wide?: boolean; children: ComponentChildren }) {
  const frame = useRef<HTMLDialogElement>(null)
  const id = useId()
  useLayoutEffect(() => {
    const { current } = frame
    const before = document.activeElement as HTMLElement | null
    current?.showModal()
    current?.querySelector<HTMLElement>('form :is(input, textarea, select, button.main)')?.focus()
    return () => {
      current?.close()
      before?.focus?.()
    }
  }, [])
  return (
    <dialog ref={frame} onSubmit={(event) => event.stopPropagation() /* it may stand in another form */} class={props.wide ? 'wide' : ''} aria-labelledby={id} onCancel={(event) => { event.preventDefault(); props.onClose() }}>
      <header>
        <h2 id={id}>{props.title}</h2>
        <button type="button" class="plain" aria-label={words.value.close} onClick={props.onClose}>×</button>
      </header>
      {props.children}
    </dialog>
  )
}
