import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import * as z from 'zod/mini'
import type { HostNotice } from '../contract/commands/host.ts'
import { failed, succeeded } from '../contract/outcome.ts'
import { isDiskFull } from '../files/disk-full.ts'
import type { Pause } from './files/patience.ts'
import { readIfThere } from './files/read-file.ts'
import { removeFile, replaceFile } from './files/replace-file.ts'
import { setAside } from './files/set-aside.ts'
import type { SecretVault } from './ports.ts'
import { claimExisting } from './private-files.ts'

const SecretsFile = z.strictObject({
  version: z.literal(1),
  secrets: z.record(z.uuid(), z.string()),
})
type Secrets = ReadonlyMap<string, string>

/** References of secrets that are to go from the file: it was held when they were wiped. */
const ToWipe = z.array(z.uuid())

export interface OpenedVault {
  readonly vault: SecretVault
  readonly troubles: readonly HostNotice[]
}

interface SecretFileOptions {
  /** Others may read the folder: what is in the file serves, and nothing is added. */
  readonly isOpen?: boolean
  /** Stands in for the clock in tests. */
  readonly wait?: Pause
}

/**
 * Keeps secrets in `secrets.json`, in the clear, in a file for this user alone: for hosts without a
 * key store. What it answers to `protect` is a reference into that file, so that the settings hold
 * no secret.
 *
 * @throws StartRefused when another program holds the file for longer than a second.
 */
export async function openSecretFile(
  dataFolder: string,
  nowMs: number,
  { isOpen = false, wait }: SecretFileOptions = {},
): Promise<OpenedVault> {
  const file = new SecretFile(dataFolder, wait)
  const troubles = await file.open(nowMs)
  const vault = vaultOver(file)
  const { place, protect } = memoryVault
  return { vault: isOpen ? { ...vault, place, protect } : vault, troubles }
}

/** For a host that keeps nothing. */
export const memoryVault: SecretVault = {
  place: async () => 'memory',
  protect: async () => failed({ kind: 'secret-store-unavailable' }),
  reveal: async () => failed({ kind: 'secret-missing' }),
}

function vaultOver(file: SecretFile): SecretVault {
  return {
    place: async () => 'file',
    protect: async (secret) => {
      const reference = randomUUID()
      try {
        await file.add(reference, secret)
      } catch (error) {
        if (isDiskFull(error)) return failed({ kind: 'disk-full', where: 'data-folder' })
        return failed({ kind: 'secret-store-unavailable' })
      }
      return succeeded(reference)
    },
    reveal: async (reference) => {
      const secret = file.get(reference)
      if (secret === undefined) return failed({ kind: 'secret-missing' })
      return succeeded({ secret, renewed: null })
    },
    wipe: (reference) => file.wipe(reference),
  }
}

/** The file, and beside it the list of what could not be taken out of it yet. */
class SecretFile {
  readonly #file: string
  readonly #listFile: string
  readonly #wait: Pause | undefined
  #secrets: Secrets = new Map()
  #toWipe: readonly string[] = []
  /** One write at a time: two renames of different states could end with the older one. */
  #writing: Promise<unknown> = Promise.resolve()

  constructor(dataFolder: string, wait: Pause | undefined) {
    this.#file = join(dataFolder, 'secrets.json')
    this.#listFile = join(dataFolder, 'secrets-to-wipe.json')
    this.#wait = wait
  }

  async open(nowMs: number): Promise<readonly HostNotice[]> {
    claimExisting(this.#file)
    claimExisting(this.#listFile)
    const text = await readIfThere(this.#file, this.#wait)
    const read = text === null ? null : SecretsFile.safeParse(jsonOf(text))
    if (read?.success === false) {
      const movedTo = await setAside(this.#file, nowMs, [], this.#wait)
      return [{ kind: 'file-set-aside', what: 'secrets', movedTo }]
    }
    this.#secrets = new Map(Object.entries(read?.data.secrets ?? {}))
    const listed = ToWipe.safeParse(jsonOf((await readIfThere(this.#listFile, this.#wait)) ?? ''))
    this.#toWipe = listed.data ?? []
    await this.#wipeListed()
    return []
  }

  get(reference: string): string | undefined {
    return this.#secrets.get(reference)
  }

  add(reference: string, secret: string): Promise<void> {
    return this.#inTurn(async () => {
      const next = new Map(this.#secrets).set(reference, secret)
      await this.#write(next)
      this.#secrets = new Map(this.#secrets).set(reference, secret)
    })
  }

  /**
   * The secret counts no more at once. Where another program holds the file, the next write or the
   * next start takes it out.
   *
   * @throws when it stays in the file and that could not be noted either.
   */
  async wipe(reference: string): Promise<void> {
    if (!this.#secrets.has(reference)) return
    this.#secrets = without(this.#secrets, [reference])
    await this.#inTurn(async () => {
      try {
        await this.#write(this.#secrets)
      } catch (error) {
        this.#toWipe = [...this.#toWipe, reference]
        await this.#noteOr(error)
      }
    })
  }

  async #wipeListed(): Promise<void> {
    const isListed = this.#toWipe.some((reference) => this.#secrets.has(reference))
    this.#secrets = without(this.#secrets, this.#toWipe)
    try {
      if (isListed) await this.#write(this.#secrets)
      else await this.#forgetList()
    } catch {
      // The list stays.
    }
  }

  async #write(secrets: Secrets): Promise<void> {
    const text = JSON.stringify({ version: 1, secrets: Object.fromEntries(secrets) })
    if (secrets.size === 0) await removeFile(this.#file, this.#wait)
    else await replaceFile(this.#file, text, this.#wait)
    await this.#forgetList()
  }

  async #forgetList(): Promise<void> {
    this.#toWipe = []
    try {
      await removeFile(this.#listFile, this.#wait)
    } catch {
      // It names nothing that is still there.
    }
  }

  async #noteOr(reason: unknown): Promise<void> {
    try {
      await replaceFile(this.#listFile, JSON.stringify(this.#toWipe), this.#wait)
    } catch {
      throw reason
    }
  }

  #inTurn(work: () => Promise<void>): Promise<void> {
    const turn = this.#writing.then(work)
    this.#writing = turn.catch(() => undefined)
    return turn
  }
}

function without(secrets: Secrets, references: readonly string[]): Secrets {
  return new Map([...secrets].filter(([reference]) => !references.includes(reference)))
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    // Not JSON: the schema refuses `undefined` as it refuses every other shape.
    return undefined
  }
}
