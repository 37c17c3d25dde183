import { createHmac, timingSafeEqual } from 'node:crypto'
import { sha256OfBytes } from './canonical-request.ts'

export const ALGORITHM = 'AWS4-HMAC-SHA256'

/** What a signature is bound to besides the request: day, region and service. */
export interface SigningScope {
  /** `YYYYMMDD` */
  readonly day: string
  readonly region: string
  readonly service: string
}

export function scopeText(scope: SigningScope): string {
  return `${scope.day}/${scope.region}/${scope.service}/aws4_request`
}

/** `amzDate` is `YYYYMMDDTHHMMSSZ`. */
export function stringToSign(amzDate: string, scope: SigningScope, canonical: string): string {
  return [ALGORITHM, amzDate, scopeText(scope), sha256OfBytes(canonical)].join('\n')
}

export function signingKey(secretAccessKey: string, scope: SigningScope): Buffer {
  const day = hmac(`AWS4${secretAccessKey}`, scope.day)
  return hmac(hmac(hmac(day, scope.region), scope.service), 'aws4_request')
}

/** 64 hex digits. */
export function signatureOf(key: Buffer, text: string): string {
  return hmac(key, text).toString('hex')
}

/** Takes the same time wherever two signatures differ. */
export function isSameSignature(expected: string, given: string): boolean {
  const a = Buffer.from(expected, 'latin1')
  const b = Buffer.from(given, 'latin1')
  return a.length === b.length && timingSafeEqual(a, b)
}

function hmac(key: string | Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text, 'latin1').digest()
}
