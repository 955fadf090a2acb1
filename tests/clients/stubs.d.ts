// What the guide's programs use of Next, as its own types say it; those of Astro are installed.
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
