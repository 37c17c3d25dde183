import type { Failure } from '../../../electron/contract/failure/kinds.ts'
import { isAboutOwnCertificate } from '../../../electron/contract/failure/predicates.ts'
import { unreachable } from '../../../electron/lib/unreachable.ts'
import { type FailureText, text } from './words.ts'

type TlsFailure = Extract<Failure, { kind: 'tls-failed' }>

/** The reason why a TLS connection is not trusted, read from OpenSSL's code or Chromium's. */
export type CertificateProblem =
  | 'authority'
  | 'dates'
  | 'name'
  | 'revoked'
  | 'weak'
  | 'versions'
  | 'client-certificate'
  | 'other'

const PROBLEMS: readonly (readonly [RegExp, CertificateProblem])[] = [
  [/EXPIRED|NOT_YET_VALID|DATE_INVALID|VALIDITY_TOO_LONG/, 'dates'],
  [/ALTNAME|COMMON_NAME|HOSTNAME|NAME_CONSTRAINT|NON_UNIQUE_NAME|UNRECOGNIZED_NAME/, 'name'],
  [/REVOKED|REVOCATION/, 'revoked'],
  [
    /SELF.SIGNED|UNABLE_TO|AUTHORITY|UNTRUSTED|ISSUER_CERT|ROOT_NOT_KNOWN|PINNED|INTERCEPTION/i,
    'authority',
  ],
  [/WEAK|OBSOLETE|INADEQUATE/, 'weak'],
  [/VERSION|CIPHER|ALPN|DOWNGRADE|HANDSHAKE_FAILURE/, 'versions'],
]

export function certificateProblem({ reason }: TlsFailure): CertificateProblem {
  if (isAboutOwnCertificate(reason)) return 'client-certificate'
  return PROBLEMS.find(([pattern]) => pattern.test(reason))?.[1] ?? 'other'
}

export function certificateWords(failure: TlsFailure): FailureText {
  const { host, reason } = failure
  const trouble = certificateProblem(failure)
  switch (trouble) {
    case 'authority':
      return text(
        `The certificate of “${host}” is from an authority that this computer does not know${issuerIn(failure)}.`,
        'If it is your own, let this computer trust it; if not, check the address, and whether a proxy or virus scanner looks into connections.',
        'edit-connection',
      )
    case 'dates':
      return text(
        `The certificate of “${host}” has run out, or does not count yet.`,
        'Whoever runs the server has to renew it; look at this computer’s clock, too.',
        'edit-connection',
      )
    case 'name':
      return text(
        `The certificate of “${host}” is for another name.`,
        'Check the endpoint, or turn on path-style addressing: a bucket’s name with a dot is in hardly any certificate.',
        'edit-connection',
      )
    case 'revoked':
      return text(
        `The certificate of “${host}” was withdrawn, or this computer cannot find out whether it was.`,
        'Whoever runs the server has to replace it; check the address, too.',
        'edit-connection',
      )
    case 'weak':
      return text(
        `“${host}” protects its connections by means that are no longer safe (${reason}).`,
        'Whoever runs the server has to renew its certificate or its TLS settings.',
        'edit-connection',
      )
    case 'versions':
      return text(
        `“${host}” and this computer have no version of TLS in common (${reason}).`,
        'Whoever runs the server has to offer TLS 1.2 or newer.',
        'edit-connection',
      )
    case 'client-certificate':
      return text(
        `“${host}” asks this computer for a certificate of its own, and takes none that it got (${reason}).`,
        'Install the certificate that whoever runs the server gave you, with its key; then try again.',
        'retry',
      )
    case 'other':
      return text(
        `“${host}” has no certificate that this computer trusts (${reason}).`,
        'Check the address, or install the certificate of your own server.',
        'edit-connection',
      )
    default:
      return unreachable(trouble)
  }
}

function issuerIn({ reason }: TlsFailure): string {
  return / \(issuer: .+\)$/.exec(reason)?.[0] ?? ''
}
