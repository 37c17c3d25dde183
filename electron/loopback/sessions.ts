import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'
import { readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import * as z from 'zod/mini'

const DAY_MS = 24 * 60 * 60 * 1000
/** On the host and in the browser alike. */
export const SESSION_LIFE_MS = 30 * DAY_MS
/** Browsers that hold a session at once; the oldest makes room. */
const MAX_SESSIONS = 16
/** 256 bit. */
const SECRET_BYTES = 32

const StoredSessions = z.array(z.strictObject({ hash: z.string(), openedAtMs: z.number() }))
type StoredSession = z.infer<typeof StoredSessions>[number]

export interface Sessions {
  /** For the address that is printed; good for one exchange. */
  readonly token: string
  /** Spends the token: the secret of a new session, or null when the token is wrong or spent. */
  readonly exchange: (token: string) => string | null
  readonly isOpen: (secret: string) => boolean
}

/**
 * Sessions outlive the host, so that an open page goes on after a restart. On the disk are only
 * hashes: who reads the file cannot make a cookie of it.
 */
export function openSessions(dataFolder: string, now: () => number): Sessions {
  const file = join(dataFolder, 'sessions.json')
  let stored = readSessions(file)
  let unspent: string | null = newSecret()
  const token = unspent

  const living = () => stored.filter(({ openedAtMs }) => now() - openedAtMs < SESSION_LIFE_MS)
  return {
    token,
    exchange: (offered) => {
      if (unspent === null || !isSame(hashOf(offered), hashOf(unspent))) return null
      unspent = null
      const secret = newSecret()
      stored = [...living(), { hash: hashOf(secret), openedAtMs: now() }].slice(-MAX_SESSIONS)
      writeSessions(file, stored)
      return secret
    },
    isOpen: (secret) => {
      const hash = hashOf(secret)
      return living().some((session) => isSame(session.hash, hash))
    },
  }
}

function newSecret(): string {
  return randomBytes(SECRET_BYTES).toString('base64url')
}

function hashOf(secret: string): string {
  return createHash('sha256').update(secret).digest('hex')
}

/** Hashes have one length whatever was offered, so the comparison tells nothing by its time. */
function isSame(hash: string, other: string): boolean {
  const [left, right] = [Buffer.from(hash), Buffer.from(other)]
  return left.length === right.length && timingSafeEqual(left, right)
}

/** An unreadable file costs no more than opening the printed address again. */
function readSessions(file: string): readonly StoredSession[] {
  try {
    return StoredSessions.parse(JSON.parse(readFileSync(file, 'utf8')))
  } catch {
    return []
  }
}

function writeSessions(file: string, sessions: readonly StoredSession[]): void {
  const fresh = `${file}.new`
  writeFileSync(fresh, JSON.stringify(sessions), { mode: 0o600 })
  renameSync(fresh, file)
}
