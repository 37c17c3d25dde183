import * as z from 'zod/mini'
import { CredentialSource } from '../../contract/credentials.ts'
import { Destination } from '../../contract/destination.ts'
import type { StoredDestination } from './stored-destination.ts'

/** Grows when a file of before could be misread. */
const VERSION = 1

const [, ...OTHER_SOURCES] = CredentialSource.def.options

/**
 * A destination as it leaves this computer. What is not named here stays at home: secrets, what the
 * vault answered, and the ids of access keys, which say whose they are and are of no use alone.
 */
export const ExportedDestination = z.extend(
  z.pick(Destination, {
    name: true,
    color: true,
    provider: true,
    endpoint: true,
    region: true,
    bucket: true,
    prefix: true,
    pathStyle: true,
    linkSeconds: true,
    rules: true,
  }),
  {
    credentials: z.discriminatedUnion('kind', [
      z.strictObject({ kind: z.literal('keys') }),
      ...OTHER_SOURCES,
    ]),
  },
)
export type ExportedDestination = z.infer<typeof ExportedDestination>

const SettingsFile = z.object({
  ferry: z.literal('settings'),
  version: z.literal(VERSION),
  destinations: z.array(z.unknown()),
})

export function settingsText(stored: readonly StoredDestination[]): string {
  const destinations = stored.filter(({ kind }) => kind === 's3').map(exported)
  return `${JSON.stringify({ ferry: 'settings', version: VERSION, destinations }, null, 2)}\n`
}

function exported(stored: StoredDestination): ExportedDestination {
  const { name, color, provider, endpoint, region, bucket, prefix, pathStyle } = stored
  const { linkSeconds, rules, credentials } = stored
  return {
    name,
    color,
    provider,
    endpoint,
    region,
    bucket,
    prefix,
    pathStyle,
    credentials: credentials.kind === 'keys' ? { kind: 'keys' } : credentials,
    linkSeconds,
    rules,
  }
}

/** The entries as they come, each to be judged by itself; null: no settings of Ferry's. */
export function settingsEntries(text: string): readonly unknown[] | null {
  const parsed = SettingsFile.safeParse(jsonOf(text))
  return parsed.success ? parsed.data.destinations : null
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    // Not JSON: the schema refuses `undefined` as it refuses every other shape.
    return undefined
  }
}
