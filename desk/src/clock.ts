/** How far the server's clock is ahead of this computer's, in milliseconds. */
let ahead = 0

/** Less than this is the way of an answer. */
const UNCERTAIN = 5_000

/** Takes the time from an answer of the server, which is right where this computer's may be wrong. */
export function setClock(date: string | null): void {
  const difference = Date.parse(date ?? '') - Date.now()
  if (!Number.isNaN(difference)) ahead = Math.abs(difference) < UNCERTAIN ? 0 : difference
}

export const now = (): number => Date.now() + ahead
