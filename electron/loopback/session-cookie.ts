import { SESSION_LIFE_MS } from './sessions.ts'

/**
 * Cookies know no ports, so the name carries it: two hosts on one computer keep apart. It lives as
 * long as the session: who closes the browser shall find Ferry again under the same address.
 */
export function sessionCookie(port: number, secret: string): string {
  const life = `Max-Age=${SESSION_LIFE_MS / 1000}`
  return `${cookieName(port)}=${secret}; HttpOnly; SameSite=Strict; Path=/; ${life}`
}

/** The session secret that a `Cookie` header carries; null when there is none. */
export function readSessionCookie(port: number, header: string | undefined): string | null {
  const prefix = `${cookieName(port)}=`
  const cookie = header?.split(';').find((each) => each.trim().startsWith(prefix))
  return cookie?.trim().slice(prefix.length) || null
}

function cookieName(port: number): string {
  return `ferry-session-${port}`
}
