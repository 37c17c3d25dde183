import {
  createHash,
  createPublicKey,
  type KeyObject,
  randomBytes,
  timingSafeEqual,
  verify,
} from 'node:crypto'

export const TOKEN_LIFE_MS = 5 * 60 * 1000
const CHALLENGE_LIFE_MS = 30 * 1000
/** The limit for sessions at a time; the oldest is dropped for a new one. */
const MAX_SESSIONS = 16
/** The limit for header secrets and challenges of a session; the oldest is dropped. */
const MAX_OF_SESSION = 32
const SECRET_BYTES = 32
/**
 * An uncompressed P-256 point: the byte 4, then two coordinates of 32 bytes (SEC 1, section 2.3.3).
 */
const POINT_BYTES = 65

/** The two secrets of a browser's session. Neither is of use without the other. */
interface SessionSecrets {
  /** Sent in a cookie that no script can read. */
  readonly cookie: string
  /** Sent in a header, which no browser adds by itself; a page keeps it only in memory. */
  readonly header: string
}

type Exchange =
  | { readonly kind: 'opened'; readonly secrets: SessionSecrets }
  | { readonly kind: 'wrong' | 'expired' | 'bad-key' }

export interface Sessions {
  /** Creates a token for a new address and invalidates earlier tokens. */
  readonly newToken: () => string
  /**
   * Consumes the token and opens a session.
   *
   * @param publicKey the public key of a pair whose private key the browser stores without giving
   * it to any script: an uncompressed P-256 point in base64url. With it, the page can get a new
   * header secret.
   */
  readonly exchange: (token: string, publicKey: string) => Exchange
  /** Returns a challenge for the browser to sign; null when no cookie belongs to a session. */
  readonly challenge: (cookies: readonly string[]) => string | null
  /**
   * Returns a new header secret for a reloaded page; null when the signature is wrong. Also
   * invalidates the token that the page was opened with.
   */
  readonly renew: (cookies: readonly string[], proof: ChallengeProof) => string | null
  /**
   * `cookies` holds all cookies of that name, because other programs on 127.0.0.1 can add their
   * own.
   */
  readonly isOpen: (cookies: readonly string[], header: string | undefined) => boolean
  /** Whether a cookie belongs to a session, which is only half of what `isOpen` requires. */
  readonly isCookie: (cookies: readonly string[]) => boolean
  readonly closeAll: () => void
}

interface ChallengeProof {
  readonly challenge: string
  /** ECDSA with SHA-256 over the challenge's characters, in WebCrypto's format as base64url. */
  readonly signature: string
  /** Empty when the page's address contained none. */
  readonly token: string
}

interface OpenSession {
  readonly cookieHash: string
  readonly publicKey: KeyObject
  headerHashes: readonly string[]
  challenges: readonly { readonly hash: string; readonly madeAtMs: number }[]
}

/**
 * Sessions are kept in memory and end with the process. A token opens one session within five
 * minutes; opening any session invalidates it.
 */
export function createSessions(now: () => number): Sessions {
  let open: readonly OpenSession[] = []
  let token: { readonly hash: string; readonly madeAtMs: number } | null = null

  const sessionOf = (cookies: readonly string[]) => {
    const hashes = cookies.map(hashOf)
    return open.find(({ cookieHash }) => hashes.some((hash) => isSame(hash, cookieHash)))
  }
  const newHeader = (session: OpenSession) => {
    const header = newSecret()
    session.headerHashes = [...session.headerHashes, hashOf(header)].slice(-MAX_OF_SESSION)
    return header
  }
  return {
    newToken: () => {
      const fresh = newSecret()
      token = { hash: hashOf(fresh), madeAtMs: now() }
      return fresh
    },
    exchange: (offered, publicKey) => {
      if (token === null || !isSame(hashOf(offered), token.hash)) return { kind: 'wrong' }
      const key = readPublicKey(publicKey)
      if (key === null) return { kind: 'bad-key' }
      const ageMs = now() - token.madeAtMs
      token = null
      if (ageMs >= TOKEN_LIFE_MS) return { kind: 'expired' }
      const cookie = newSecret()
      const session = {
        cookieHash: hashOf(cookie),
        publicKey: key,
        headerHashes: [],
        challenges: [],
      }
      open = [...open, session].slice(-MAX_SESSIONS)
      return { kind: 'opened', secrets: { cookie, header: newHeader(session) } }
    },
    challenge: (cookies) => {
      const session = sessionOf(cookies)
      if (session === undefined) return null
      const fresh = newSecret()
      const challenge = { hash: hashOf(fresh), madeAtMs: now() }
      session.challenges = [...session.challenges, challenge].slice(-MAX_OF_SESSION)
      return fresh
    },
    renew: (cookies, { challenge, signature, token: offered }) => {
      const session = sessionOf(cookies)
      const hash = hashOf(challenge)
      const made = session?.challenges.find((each) => isSame(each.hash, hash))
      if (session === undefined || made === undefined) return null
      session.challenges = session.challenges.filter((each) => each !== made)
      if (now() - made.madeAtMs >= CHALLENGE_LIFE_MS) return null
      if (!isSignedBy(session.publicKey, challenge, signature)) return null
      if (token !== null && isSame(hashOf(offered), token.hash)) token = null
      return newHeader(session)
    },
    isOpen: (cookies, header) => {
      if (header === undefined) return false
      const hash = hashOf(header)
      return sessionOf(cookies)?.headerHashes.some((each) => isSame(each, hash)) ?? false
    },
    isCookie: (cookies) => sessionOf(cookies) !== undefined,
    closeAll: () => {
      open = []
    },
  }
}

/** The cookie survives a restart of the browser; the session ends with the host. */
const COOKIE_SECONDS = 30 * 24 * 60 * 60

/** Cookies ignore ports, so the name contains the port for hosts that share 127.0.0.1. */
export function sessionCookie(port: number, secret: string): string {
  const life = `Max-Age=${COOKIE_SECONDS}`
  return `${cookieName(port)}=${secret}; HttpOnly; SameSite=Strict; Path=/; ${life}`
}

/** The values of all cookies with the session's name, at most as many as there can be sessions. */
export function readSessionCookies(port: number, header: string | undefined): readonly string[] {
  const prefix = `${cookieName(port)}=`
  return (header ?? '')
    .split(';')
    .map((each) => each.trim())
    .filter((each) => each.startsWith(prefix))
    .map((each) => each.slice(prefix.length))
    .slice(0, MAX_SESSIONS)
}

function cookieName(port: number): string {
  return `ferry-session-${port}`
}

function newSecret(): string {
  return randomBytes(SECRET_BYTES).toString('base64url')
}

function hashOf(secret: string): string {
  return createHash('sha256').update(secret).digest('hex')
}

/** Both hashes have the same length, so the comparison takes constant time. */
function isSame(hash: string, other: string): boolean {
  const [left, right] = [Buffer.from(hash), Buffer.from(other)]
  return left.length === right.length && timingSafeEqual(left, right)
}

/** Null when it is not a P-256 point. */
function readPublicKey(text: string): KeyObject | null {
  const point = Buffer.from(text, 'base64url')
  if (point.length !== POINT_BYTES || point[0] !== 4) return null
  const x = point.subarray(1, 33).toString('base64url')
  const y = point.subarray(33).toString('base64url')
  try {
    return createPublicKey({ key: { kty: 'EC', crv: 'P-256', x, y }, format: 'jwk' })
  } catch {
    return null
  }
}

function isSignedBy(publicKey: KeyObject, text: string, signature: string): boolean {
  const bytes = Buffer.from(signature, 'base64url')
  // WebCrypto concatenates both numbers: w3.org/TR/WebCryptoAPI, "ECDSA".
  return verify('sha256', Buffer.from(text), { key: publicKey, dsaEncoding: 'ieee-p1363' }, bytes)
}
