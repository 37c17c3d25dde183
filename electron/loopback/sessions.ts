import {
  createHash,
  createPublicKey,
  type KeyObject,
  randomBytes,
  timingSafeEqual,
  verify,
} from 'node:crypto'

/** How long a printed address works. */
export const TOKEN_LIFE_MS = 5 * 60 * 1000
/** How long a browser has to sign a challenge. */
const CHALLENGE_LIFE_MS = 30 * 1000
/** Browsers that hold a session at once; the oldest makes room. */
const MAX_SESSIONS = 16
/** Tabs and reloads of one session, and its challenges; the oldest make room. */
const MAX_OF_SESSION = 32
/** 256 bit. */
const SECRET_BYTES = 32
/** A point of P-256: 4, then two coordinates of 32 bytes each (SEC 1, section 2.3.3). */
const POINT_BYTES = 65

/** What a browser holds of its session. Each is worth nothing without the other. */
export interface SessionSecrets {
  /** Travels in a cookie that no script can read. */
  readonly cookie: string
  /** Travels in a header, which no browser adds by itself; a page keeps it in memory only. */
  readonly header: string
}

export type Exchange =
  | { readonly kind: 'opened'; readonly secrets: SessionSecrets }
  | { readonly kind: 'wrong' | 'expired' | 'bad-key' }

export interface Sessions {
  /** For an address to open; every token made before is void. */
  readonly newToken: () => string
  /**
   * Spends the token and opens a session.
   *
   * @param publicKey of a pair whose private half the browser keeps and gives to no script: the
   * point on P-256, uncompressed, in base64url. With it, the page gets a header secret again.
   */
  readonly exchange: (token: string, publicKey: string) => Exchange
  /** For the browser to sign; null when no cookie is a session's. */
  readonly challenge: (cookies: readonly string[]) => string | null
  /**
   * A new header secret for a page that was loaded again; null when the signature is wrong. Voids
   * the token that the page was opened with.
   */
  readonly renew: (cookies: readonly string[], proof: ChallengeProof) => string | null
  /** `cookies`: all of that name, since other programs on 127.0.0.1 can add their own. */
  readonly isOpen: (cookies: readonly string[], header: string | undefined) => boolean
  /** Whether one of the cookies is a session's. It proves half of what `isOpen` asks for. */
  readonly isCookie: (cookies: readonly string[]) => boolean
  readonly closeAll: () => void
}

export interface ChallengeProof {
  readonly challenge: string
  /** ECDSA with SHA-256 over the challenge's characters, as WebCrypto writes it, in base64url. */
  readonly signature: string
  /** Empty where the page's address had none. */
  readonly token: string
}

interface OpenSession {
  readonly cookieHash: string
  readonly publicKey: KeyObject
  headerHashes: readonly string[]
  challenges: readonly { readonly hash: string; readonly madeAtMs: number }[]
}

/**
 * Sessions live in memory and end with the process. A token opens one session, within five
 * minutes; opening any session voids it.
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

/** The browser keeps the cookie for a restart of its own; the session ends with the host. */
const COOKIE_SECONDS = 30 * 24 * 60 * 60

/** Cookies know no ports, so the name carries the port where hosts share 127.0.0.1. */
export function sessionCookie(port: number, secret: string): string {
  const life = `Max-Age=${COOKIE_SECONDS}`
  return `${cookieName(port)}=${secret}; HttpOnly; SameSite=Strict; Path=/; ${life}`
}

/** The secrets of all cookies of that name in a `Cookie` header, at most as many as sessions. */
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

/** Hashes have one length whatever was offered, so the comparison tells nothing by its time. */
function isSame(hash: string, other: string): boolean {
  const [left, right] = [Buffer.from(hash), Buffer.from(other)]
  return left.length === right.length && timingSafeEqual(left, right)
}

/** Null: not a point of P-256. */
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
  // WebCrypto writes both numbers side by side: w3.org/TR/WebCryptoAPI, "ECDSA".
  return verify('sha256', Buffer.from(text), { key: publicKey, dsaEncoding: 'ieee-p1363' }, bytes)
}
