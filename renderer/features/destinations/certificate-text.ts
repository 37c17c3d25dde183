import type { Failure } from '../../../electron/contract/failure.ts'
import { unreachable } from '../../../electron/contract/unreachable.ts'
import { failureText } from '../failure-text.ts'

type TlsFailure = Extract<Failure, { kind: 'tls-failed' }>

/** What is wrong with a server's certificate, told from OpenSSL's code or Chromium's. */
export type CertificateTrouble = 'authority' | 'dates' | 'name' | 'other'

export function certificateTrouble({ reason }: TlsFailure): CertificateTrouble {
  if (/EXPIRED|NOT_YET_VALID|DATE_INVALID/.test(reason)) return 'dates'
  if (/ALTNAME|COMMON_NAME|HOSTNAME/.test(reason)) return 'name'
  return /SELF.SIGNED|UNABLE_TO|AUTHORITY|UNTRUSTED|ISSUER_CERT/i.test(reason)
    ? 'authority'
    : 'other'
}

export function certificateText(failure: TlsFailure, nowMs: number) {
  const trouble = certificateTrouble(failure)
  switch (trouble) {
    case 'authority':
      return {
        problem: `The certificate of “${failure.host}” is from an authority that this computer does not know${issuerIn(failure)}.`,
        wayOut: 'If it is your own, let this computer trust it; if not, check the address.',
      }
    case 'dates':
      return {
        problem: `The certificate of “${failure.host}” has run out, or does not count yet.`,
        wayOut: 'Whoever runs the server has to renew it; look at this computer’s clock, too.',
      }
    case 'name':
      return {
        problem: `The certificate of “${failure.host}” is for another name.`,
        wayOut:
          'Check the endpoint, or turn on path-style addressing: a bucket’s name with a dot is in hardly any certificate.',
      }
    case 'other':
      return failureText(failure, nowMs)
    default:
      return unreachable(trouble)
  }
}

function issuerIn({ reason }: TlsFailure): string {
  return / \(issuer: .+\)$/.exec(reason)?.[0] ?? ''
}
