import { signal } from '@preact/signals'
import { api, ApiProblem, get, take, type Schema } from '../../api/client'
import { explain } from '../../shell/notices'
import { words } from '../../words'

export type DeskImport = Schema['DeskImport']
export type FileRole = Schema['ImportFileView']['role']
type SendingState = 'queued' | 'sending' | 'waiting' | 'refused'

/** The sizes of parts: the server takes no larger ones, and smaller ones than the least gain nothing. */
const MOST = 4_000_000
const FIRST = 1_000_000
const LEAST = 100_000
/** A part that took less, or more, is followed by one of twice the size, or half. */
const [QUICK, SLOW] = [2_000, 10_000]
const LONGEST_WAIT = 60_000
const NAME_BYTES = 180

/** Files on their way, of every import. They go on while other screens are open. */
export const sendings = signal<readonly Sending[]>([])

/** A file on its way to the server, which goes on from where it broke off. */
export class Sending {
  readonly name: string
  readonly sent = signal(0)
  readonly state = signal<SendingState>('queued')
  readonly problem = signal('')
  private readonly end = new AbortController()
  private wake: () => void = () => undefined
  private failures = 0
  private partSize = FIRST
  private most = MOST

  constructor(readonly importId: string, readonly role: FileRole, readonly file: File) {
    this.name = plainName(file.name)
  }

  get key(): string {
    return keyOf(this.importId, this.role, this.name)
  }

  /** Sends all that is not there yet; it ends when the file is there, refused or cancelled. */
  async run(): Promise<void> {
    let start: number | null = null
    while (!this.end.signal.aborted) {
      try {
        this.state.value = this.failures ? 'waiting' : 'sending'
        if (start === null) start = await this.findStart()
        this.sent.value = start
        if (start && start >= this.file.size) return withdraw(this)
        start = await this.sendPart(start)
        this.failures = 0
        if (!this.file.size) return withdraw(this)
      } catch (error) {
        if (this.end.signal.aborted || !this.mayPass(error)) return
        await this.pause(error as ApiProblem)
        start = null
      }
    }
  }

  /** Ends it; what has arrived is taken out again. */
  async cancel(): Promise<void> {
    this.end.abort()
    this.wake()
    try {
      await removeFile(this.importId, this.role, this.name)
    } finally {
      withdraw(this)
    }
  }

  /** Ends it without a word to the server. */
  leave(): void {
    this.end.abort()
    this.wake()
    withdraw(this)
  }

  /** Tries at once. */
  retry(): void {
    if (this.state.value === 'refused') {
      this.state.value = 'queued'
      void work()
    }
    this.wake()
  }

  /** Where to go on: what the server has of this very file, or the beginning. */
  private async findStart(): Promise<number> {
    if (!begun.isSame(this.key, this.file)) {
      begun.remember(this.key, this.file)
      return 0
    }
    return this.sizeAt(await readImport(this.importId))
  }

  private async sendPart(start: number): Promise<number> {
    // Read first: a file that has changed meanwhile is no trouble of the network.
    const content = await this.file.slice(start, start + this.partSize).arrayBuffer()
    const began = performance.now()
    const answer = await take(api.PUT('/v1/admin/imports/{import_id}/files', {
      params: { path: { import_id: this.importId }, query: { name: this.name, role: this.role, start, file_size: this.file.size } },
      body: content as never,
      bodySerializer: (body) => body,
      headers: { 'Content-Type': 'application/octet-stream' },
      signal: this.end.signal,
    }))
    const took = performance.now() - began
    if (took < QUICK) this.partSize = Math.min(this.most, this.partSize * 2)
    else if (took > SLOW) this.partSize = Math.max(LEAST, this.partSize / 2)
    return this.sizeAt(answer)
  }

  private sizeAt(job: DeskImport): number {
    return job.files.find((file) => file.role === this.role && file.name === this.name)?.size ?? 0
  }

  /** Whether the same may succeed later; otherwise says why not. */
  private mayPass(error: unknown): boolean {
    const isProblem = error instanceof ApiProblem
    // Where another tab sends the same file, the server knows how far it is.
    if (isProblem && (error.isPassing || error.code === 'wrong_start')) return true
    // A proxy in front may let less pass than the server does.
    if (isProblem && error.status === 413 && !error.code && this.partSize > LEAST) {
      this.most = this.partSize / 2
      return true
    }
    this.problem.value = isProblem ? explain(error) : words.value.imports.fileChanged
    this.state.value = 'refused'
    return false
  }

  private async pause(problem: ApiProblem): Promise<void> {
    this.problem.value = explain(problem)
    this.state.value = 'waiting'
    this.partSize = Math.max(LEAST, this.partSize / 2)
    const wait = Math.min(LONGEST_WAIT, Math.max(problem.retryAfter, 2 ** this.failures) * 1_000)
    this.failures = Math.min(this.failures + 1, 6)
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, wait)
      this.wake = () => { clearTimeout(timer); resolve() }
      addEventListener('online', this.wake, { once: true })
    })
    removeEventListener('online', this.wake)
  }
}

/** Sends files one after the other; one that was on its way already begins anew. */
export function sendFiles(importId: string, role: FileRole, files: Iterable<File>): void {
  for (const file of files) {
    const sending = new Sending(importId, role, file)
    for (const other of sendings.value) if (other.key === sending.key) other.leave()
    sendings.value = [...sendings.value, sending]
  }
  void work()
}

/** Ends what is on its way to an import that is deleted. */
export function leaveFiles(importId: string): void {
  for (const sending of sendings.value) if (sending.importId === importId) sending.leave()
}

export const readImport = (id: string): Promise<DeskImport> =>
  take(api.GET('/v1/admin/imports/{import_id}', { params: { path: { import_id: id } } }))

/** Takes a file out of an import, also one that has not arrived. */
export async function removeFile(importId: string, role: FileRole, name: string): Promise<void> {
  begun.forget(keyOf(importId, role, name))
  try {
    await get(api.DELETE('/v1/admin/imports/{import_id}/files', { params: { path: { import_id: importId }, query: { name, role } } }))
  } catch (error) {
    if (!(error instanceof ApiProblem && error.status === 404)) throw error
  }
}

const keyOf = (importId: string, role: FileRole, name: string): string => `${importId}/${role}/${name}`

let isWorking = false

async function work(): Promise<void> {
  if (isWorking) return
  isWorking = true
  addEventListener('beforeunload', askFirst)
  for (let next; (next = sendings.value.find((one) => one.state.value === 'queued'));) await next.run()
  removeEventListener('beforeunload', askFirst)
  isWorking = false
}

const askFirst = (event: BeforeUnloadEvent) => event.preventDefault()

const withdraw = (sending: Sending) => { sendings.value = sendings.value.filter((other) => other !== sending) }

/** The name that the server gives a file, so that it is found among those that have arrived. */
function plainName(name: string): string {
  let plain = name.normalize('NFC').replace(/[\p{C}<>:"|?*/\\]/gu, '').replace(/\s+/g, ' ').replace(/^[. ]+|[. ]+$/g, '')
  while (plain.length > 110 || new TextEncoder().encode(plain).length > NAME_BYTES) plain = plain.slice(1).trimStart()
  return plain || 'upload'
}

/** Files that this browser began to send, so that after a reload only the very same file goes on. */
const begun = {
  item: 'willay-import-files',
  read(): Record<string, [size: number, modified: number]> {
    return JSON.parse(localStorage.getItem(this.item) ?? '{}')
  },
  isSame(key: string, file: File): boolean {
    const [size, modified] = this.read()[key] ?? []
    return size === file.size && modified === file.lastModified
  },
  remember(key: string, file: File): void {
    localStorage.setItem(this.item, JSON.stringify({ ...this.read(), [key]: [file.size, file.lastModified] }))
  },
  forget(key: string): void {
    const { [key]: _, ...others } = this.read()
    localStorage.setItem(this.item, JSON.stringify(others))
  },
}
