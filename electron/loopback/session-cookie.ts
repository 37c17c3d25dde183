/**
 * Cookies know no ports, so the name carries it: two hosts on one computer keep apart. Without
 * `Max-Age` it ends with the browser.
 */
export function sessionCookie(port: number, secret: string): string {
  return `${cookieName(port)}=${secret}; HttpOnly; SameSite=Strict; Path=/`
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
