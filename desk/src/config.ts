/** What the server says of itself in the page: the settings that things are shown by. */
interface Config {
  site: string
  zone: string
  languages: string[]
  preview: string | null
  embeds: string[]
  /** The addresses at which readers find things, with `{slug}` and perhaps `{lang}`. */
  pages: { article: string; page: string }
  newsletters: boolean
  sends_letters: boolean
}

export const config = JSON.parse(document.getElementById('config')!.textContent!) as Config
export const HOME = '/desk'
