import { randomUUID } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import * as z from 'zod/mini'
import type { HostTrouble } from '../contract/commands.ts'
import { failed, succeeded } from '../contract/outcome.ts'
import { isDiskFull } from './disk-full.ts'
import type { SecretVault } from './ports.ts'
import { claimExisting, temporaryName } from './private-files.ts'
import { setAside } from './set-aside.ts'

const SecretsFile = z.strictObject({
  version: z.literal(1),
  secrets: z.record(z.uuid(), z.string()),
})

export interface OpenedVault {
  readonly vault: SecretVault
  readonly troubles: readonly HostTrouble[]
}

/**
 * Keeps secrets in `secrets.json`, mode 0600, in the clear: for hosts without a key store. What it
 * answers to `protect` is a reference into that file, so that the settings hold no secret.
 */
export function openSecretFile(dataFolder: string, nowMs: number): OpenedVault {
  const file = join(dataFolder, 'secrets.json')
  const opened = readSecrets(file, nowMs)
  return { vault: vaultOver(file, opened.secrets), troubles: opened.troubles }
}

/** For a host that was told to keep nothing. */
export const memoryVault: SecretVault = {
  place: async () => 'memory',
  protect: async () => failed({ kind: 'secret-store-unavailable' }),
  reveal: async () => failed({ kind: 'secret-missing' }),
}

function vaultOver(file: string, initial: ReadonlyMap<string, string>): SecretVault {
  let secrets = initial
  let writing: Promise<unknown> = Promise.resolve()
  /** One write at a time: two renames of different states could end with the older one. */
  const replaceBy = (change: (next: Map<string, string>) => void) => {
    const write = writing.then(async () => {
      const next = new Map(secrets)
      change(next)
      await writeSecrets(file, next)
      secrets = next
    })
    writing = write.catch(() => undefined)
    return write
  }
  return {
    place: async () => 'file',
    protect: async (secret) => {
      const reference = randomUUID()
      try {
        await replaceBy((next) => next.set(reference, secret))
      } catch (error) {
        if (isDiskFull(error)) return failed({ kind: 'disk-full', where: 'data-folder' })
        return failed({ kind: 'secret-store-unavailable' })
      }
      return succeeded(reference)
    },
    reveal: async (reference) => {
      const secret = secrets.get(reference)
      if (secret === undefined) return failed({ kind: 'secret-missing' })
      return succeeded({ secret, renewed: null })
    },
    wipe: async (reference) => {
      if (secrets.has(reference)) await replaceBy((next) => next.delete(reference))
    },
  }
}

function readSecrets(file: string, nowMs: number) {
  claimExisting(file)
  if (!existsSync(file)) return { secrets: new Map<string, string>(), troubles: [] }
  const parsed = SecretsFile.safeParse(jsonOf(readFileSync(file, 'utf8')))
  if (parsed.success) return { secrets: new Map(Object.entries(parsed.data.secrets)), troubles: [] }
  const movedTo = setAside(file, nowMs)
  const trouble: HostTrouble = { kind: 'file-set-aside', what: 'secrets', movedTo }
  return { secrets: new Map<string, string>(), troubles: [trouble] }
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    // Not JSON: the schema refuses `undefined` as it refuses every other shape.
    return undefined
  }
}

async function writeSecrets(file: string, secrets: ReadonlyMap<string, string>): Promise<void> {
  const temporary = temporaryName(file)
  try {
    const text = JSON.stringify({ version: 1, secrets: Object.fromEntries(secrets) })
    await writeFile(temporary, text, { flag: 'wx', mode: 0o600, flush: true })
    await rename(temporary, file)
  } catch (error) {
    await rm(temporary, { force: true })
    throw error
  }
}
