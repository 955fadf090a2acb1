import { computed, signal } from '@preact/signals'
import { en } from './en'
import { es } from './es'

export type Words = typeof en

/** The languages that the desk and its letters speak, each by its own name. */
export const LANGUAGES: ['en' | 'es', string][] = [['en', 'English'], ['es', 'Español']]

/** The language of the screens: that of the account, else the browser's. */
export const language = signal<'en' | 'es'>(navigator.language.startsWith('es') ? 'es' : 'en')

export const words = computed<Words>(() => (language.value === 'es' ? es : en))
