import { randomUUID } from 'node:crypto'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import * as z from 'zod/mini'
import type { HostNotice } from '../../contract/commands/host.ts'
import { failed, succeeded } from '../../contract/outcome.ts'
import { isDiskFull } from '../../files/disk-full.ts'
import { claimExisting } from '../../files/private-files.ts'
import { readIfExists, setAside } from '../../files/read-file.ts'
import { type Pause, removeFile, replaceFile } from '../../files/replace-file.ts'
import type { SecretVault } from '../ports.ts'

const SecretsFile = z.strictObject({
  version: z.literal(1),
  secrets: z.record(z.uuid(), z.string()),
})
type Secrets = ReadonlyMap<string, string>

/** References of wiped secrets that are still in the file, because another program held it. */
const PendingWipes = z.array(z.uuid())

export interface OpenedVault {
  readonly vault: SecretVault
  readonly notices: readonly HostNotice[]
}

interface SecretFileOptions {
  /** Others may read the folder: the stored secrets are still used, but none is added. */
  readonly isOpen?: boolean
  /** Replaces the clock in tests. */
  readonly wait?: Pause
}

/**
 * Keeps secrets in `secrets.json`, unencrypted, in a file for this user alone: for hosts without a
 * key store. `protect` answers a reference into that file, so that the settings contain no secret.
 *
 * @throws StartRefused if another program holds the file for longer than a second.
 */
export async function openSecretFile(
  dataFolder: string,
  nowMs: number,
  { isOpen = false, wait }: SecretFileOptions = {},
): Promise<OpenedVault> {
  const file = new SecretFile(dataFolder, wait)
  const notices = await file.open(nowMs)
  const vault = vaultOver(file)
  const { place, protect } = memoryVault
  return { vault: isOpen ? { ...vault, place, protect } : vault, notices }
}

/** For a host that stores nothing. */
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

/** The file, and the list of secrets that could not be removed from it yet. */
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
    const text = await readIfExists(this.#file, this.#wait)
    const read = text === null ? null : SecretsFile.safeParse(jsonOf(text))
    if (read?.success === false) {
      const movedTo = await setAside(this.#file, nowMs, [], this.#wait)
      return [{ kind: 'file-set-aside', what: 'secrets', movedTo }]
    }
    this.#secrets = new Map(Object.entries(read?.data.secrets ?? {}))
    const listed = PendingWipes.safeParse(
      jsonOf((await readIfExists(this.#listFile, this.#wait)) ?? ''),
    )
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
   * The secret stops being valid at once. If another program holds the file, the next write or the
   * next start removes the secret from it.
   *
   * @throws if the secret stays in the file and that could not be recorded either.
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
      // The list names nothing that is still in the file.
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

/** The form in which the browser's host refers to a secret in the settings: `secret-file.ts`. */
const REFERENCE = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

/**
 * A vault that takes over what the browser's host kept unencrypted in the same folder: a secret
 * that the vault does not know is read from that file and sealed, and removed from it as soon as
 * the sealed form is stored. The file is deleted with its last secret.
 *
 * @throws StartRefused as `openSecretFile`.
 */
export async function importingVault(
  vault: SecretVault,
  dataFolder: string,
  nowMs: number,
): Promise<SecretVault> {
  if (!existsSync(join(dataFolder, 'secrets.json'))) return vault
  const { vault: file } = await openSecretFile(dataFolder, nowMs)
  return {
    ...vault,
    isInClear: (kept) => REFERENCE.test(kept),
    reveal: async (kept) => {
      const revealed = await vault.reveal(kept)
      if (revealed.ok || revealed.failure.kind !== 'secret-missing') return revealed
      const clear = await file.reveal(kept)
      if (!clear.ok) return clear
      const { secret } = clear.value
      // A locked key store takes it another time.
      const sealed = await vault.protect(secret)
      return succeeded({ secret, renewed: sealed.ok ? sealed.value : null })
    },
    wipe: async (kept) => {
      await vault.wipe?.(kept)
      await file.wipe?.(kept)
    },
  }
}
