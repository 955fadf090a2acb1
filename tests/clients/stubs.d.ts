// What the guide's programs use of Next and Astro, as their own types say it.
declare namespace JSX {
  interface IntrinsicElements {
    [name: string]: object
  }
}
interface RequestInit {
  next?: { revalidate?: number | false; tags?: string[] }
}
declare const process: { env: Record<string, string | undefined> }
declare module 'next/navigation' {
  export function notFound(): never
  export function permanentRedirect(url: string): never
}
declare module 'next/cache' {
  export function revalidateTag(tag: string, profile: string | { expire?: number }): undefined
}
declare module 'astro' {
  export type APIRoute = (context: { request: Request }) => Response | Promise<Response>
}
declare module 'astro/loaders' {
  export interface Loader {
    name: string
    load(context: {
      store: {
        set(entry: { id: string; data: Record<string, unknown>; rendered?: { html: string } }): boolean
        delete(id: string): void
        clear(): void
      }
      meta: { get(key: string): string | undefined; set(key: string, value: string): void; delete(key: string): void }
    }): Promise<void>
  }
}
