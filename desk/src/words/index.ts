import { computed, signal } from '@preact/signals'
import { en } from './en'
import { es } from './es'

export type Words = typeof en

/** The language of the screens: that of the account, else the browser's. */
export const language = signal<'en' | 'es'>(navigator.language.startsWith('es') ? 'es' : 'en')

export const words = computed<Words>(() => (language.value === 'es' ? es : en))
