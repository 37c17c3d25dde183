import { createHash } from 'node:crypto'
import { mkdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import * as z from 'zod/mini'
import { replaceFile } from '../files/replace-file.ts'
import type { Environment } from '../ports.ts'
import { awsPaths } from './aws-files.ts'

/** A sign-in at IAM Identity Center, as the AWS tools share it. */
export interface SsoSession {
  /** Names the file: the session's name, or the start URL where there is none. */
  readonly cacheKey: string
  readonly startUrl: string
  readonly region: string
  /** In whose settings endpoints are looked for. */
  readonly profile: string | null
}

/** The fields that botocore writes; others are left as they are. */
const TokenFile = z.looseObject({
  accessToken: z.string().check(z.minLength(1)),
  expiresAt: z.string(),
  clientId: z.optional(z.string()),
  clientSecret: z.optional(z.string()),
  registrationExpiresAt: z.optional(z.string()),
  refreshToken: z.optional(z.string()),
})
export type TokenFile = z.infer<typeof TokenFile>

/** Null when there is none that could be understood. */
export async function readToken(
  environment: Environment,
  session: SsoSession,
): Promise<TokenFile | null> {
  try {
    const parsed = TokenFile.safeParse(
      JSON.parse(await readFile(path(environment, session), 'utf8')),
    )
    return parsed.success ? parsed.data : null
  } catch {
    // Absent before the first sign-in, and half written by another tool: sign in again.
    return null
  }
}

/** Whole or not at all, and for this user alone. */
export async function writeToken(
  environment: Environment,
  session: SsoSession,
  token: TokenFile,
): Promise<void> {
  const { ssoCache } = awsPaths(environment)
  await mkdir(ssoCache, { recursive: true, mode: 0o700 })
  await replaceFile(path(environment, session), JSON.stringify(token))
}

function path(environment: Environment, { cacheKey }: SsoSession): string {
  const name = createHash('sha1').update(cacheKey).digest('hex')
  return join(awsPaths(environment).ssoCache, `${name}.json`)
}

const LONGEST_LIFE_MS = 90 * 24 * 60 * 60_000

/** How long what an identity provider gives may last: its word, within what any of them gives. */
export function lifeMs(seconds: number | undefined): number {
  const saidMs = Number.isFinite(seconds) ? (seconds ?? 0) * 1000 : 0
  return Math.min(Math.max(saidMs, 0), LONGEST_LIFE_MS)
}

/** botocore reads no fractions of a second everywhere. */
export function utcText(epochMs: number): string {
  return new Date(epochMs).toISOString().replace(/\.\d+Z$/, 'Z')
}
