import { describe, expect, it } from 'vitest'
import { CredentialKind } from '../../../electron/contract/commands/credentials.ts'
import type { Failure, StoreAnswer } from '../../../electron/contract/failure/kinds.ts'
import { providerOf } from '../../../electron/contract/providers/lookup.ts'
import { ProviderId } from '../../../electron/contract/providers/provider.ts'
import type { UploadView } from '../../../renderer/engine/view/queue-view.ts'
import {
  type FailureDestination,
  failureSentence,
  failureText,
} from '../../../renderer/failures/failure-text.ts'
import { stoppedText } from '../../../renderer/features/queue/status-text.ts'
import { aRecord } from '../../fakes/fake-world.ts'
import { FAILURE_EXAMPLES } from './failure-examples.ts'

const NOW = 1_763_640_000_000
const WORDS: StoreAnswer = {
  ...{ status: 403, code: 'Code', message: 'Message.', requestId: 'r1', server: '', atMs: NOW },
}

/** Every store that Ferry knows, with keys of every source, and no destination at all. */
const PLACES: readonly (FailureDestination | null)[] = [
  null,
  ...ProviderId.options.flatMap((provider) =>
    CredentialKind.options.map(
      (kind): FailureDestination => ({
        name: 'Client files',
        kind: 's3',
        provider,
        credentials: { kind, profile: 'work' },
      }),
    ),
  ),
]

/** Who can act, where they can do so, and who must not be blamed. */
interface Blame {
  readonly failure: Failure
  readonly who: RegExp
  readonly where: RegExp
  readonly never: RegExp
}

const KEYS = /\bkeys?\b(?! service)|secret/i
const NETWORK = /network|\bclock\b/i
const COMPUTER = /this computer|this window/i
const CORS = /CORS/

const any = (...patterns: readonly RegExp[]) =>
  new RegExp(patterns.map(({ source }) => `(?:${source})`).join('|'), 'i')

const BLAMES: readonly Blame[] = [
  ...(['bucket', 'account', 'unknown'] as const).map((of) => ({
    failure: { kind: 'quota-exceeded', of } as const,
    who: /delete something.*(raise|whoever runs the store)/i,
    where: /console of|whoever runs the store/i,
    never: any(KEYS, /policy|permission/, COMPUTER, NETWORK, CORS),
  })),
  {
    failure: { kind: 'store-full' },
    who: /whoever runs the store/i,
    where: /the store has no space/i,
    never: any(KEYS, /policy|quota/, COMPUTER, NETWORK, CORS),
  },
  {
    failure: { kind: 'account-problem' },
    who: /whoever (holds it|runs the store)/i,
    where: /console of|runs the store/i,
    never: any(KEYS, /policy|sign in again/, COMPUTER, NETWORK, CORS),
  },
  {
    failure: { kind: 'acl-refused' },
    who: /bucket’s owner/i,
    where: /rules.*“none”/i,
    never: any(KEYS, /policy|may not do/, COMPUTER, NETWORK, CORS),
  },
  ...(['kms:GenerateDataKey', null] as const).map((action) => ({
    failure: { kind: 'encryption-key-denied', action } as const,
    who: /its administrator must/i,
    where: /key service \(KMS\).*rules/i,
    never: any(/secret|quota|bucket policy/, COMPUTER, NETWORK, CORS),
  })),
  ...(
    [undefined, 'bucket', 'identity', 'organization', 'session', 'boundary', 'endpoint'] as const
  ).map((by) => ({
    failure: { kind: 'explicitly-denied', ...(by === undefined ? {} : { by }) } as const,
    who: /bucket’s owner|the administrator of that policy/i,
    where: /in the rules/i,
    never: any(/secret|sign in|enter/, COMPUTER, CORS),
  })),
  ...([null, 1_048_576, 8_388_608] as const).map((limitBytes) => ({
    failure: { kind: 'request-too-large', limitBytes } as const,
    who: /whoever runs that proxy/i,
    where: /client_max_body_size/i,
    never: any(KEYS, /policy|^The store refuses/, COMPUTER, NETWORK, CORS),
  })),
  {
    failure: { kind: 'too-large', limitBytes: 5, answer: WORDS },
    who: /^The store takes nothing/,
    where: /smaller parts in the rules/i,
    never: any(KEYS, /policy|proxy/, COMPUTER, NETWORK, CORS),
  },
  {
    failure: { kind: 'too-large', limitBytes: 5, limitOf: 'rules' },
    who: /raise the limit/i,
    where: /in the rules/i,
    never: any(KEYS, /store takes/, COMPUTER, NETWORK, CORS),
  },
  {
    failure: { kind: 'size-not-allowed', limitBytes: 5 },
    who: /raise the limit/i,
    where: /in the rules/i,
    never: any(KEYS, /store takes/, COMPUTER, NETWORK, CORS),
  },
  {
    failure: { kind: 'proxy-refused', status: 403 },
    who: /whoever runs that proxy, firewall or virus scanner/i,
    where: /in front of the store/i,
    never: any(KEYS, /policy|endpoint/, COMPUTER, NETWORK, CORS),
  },
  {
    failure: { kind: 'redirected', to: 'https://eu.example.org' },
    who: /enter it/i,
    where: /endpoint of the connection/i,
    never: any(KEYS, /policy/, COMPUTER, NETWORK, CORS),
  },
  {
    failure: { kind: 'redirected', to: null },
    who: /whoever runs the store/i,
    where: /as the endpoint/i,
    never: any(KEYS, /policy/, COMPUTER, NETWORK, CORS),
  },
  {
    failure: { kind: 'request-rewritten', host: 's3.example.org' },
    who: /whoever runs the proxy/i,
    where: /in front of “s3\.example\.org”/,
    never: any(/secret|check the|policy/, COMPUTER, NETWORK, CORS),
  },
  {
    failure: { kind: 'bucket-missing', bucket: 'acme-files' },
    who: /check its name.*or create it/i,
    where: /“acme-files” at this store/,
    never: any(KEYS, /policy|“”/, COMPUTER, NETWORK, CORS),
  },
  {
    failure: { kind: 'store-refused', status: 400, code: 'InvalidStorageClass' },
    who: /^The store does not have the storage class/,
    where: /in the rules/i,
    never: any(KEYS, /policy/, COMPUTER, NETWORK, CORS),
  },
]

describe('a refusal', () => {
  it.each(BLAMES)('$failure.kind says who can act, and where: %#', ({ failure, who, where }) => {
    for (const place of PLACES) {
      const sentence = failureSentence(failure, NOW, place)

      expect.soft(sentence, JSON.stringify(place)).toMatch(who)
      expect.soft(sentence, JSON.stringify(place)).toMatch(where)
    }
  })

  it.each(BLAMES)('$failure.kind blames no one else: %#', ({ failure, never }) => {
    for (const place of PLACES) {
      const sentence = failureSentence(failure, NOW, place)

      expect.soft(sentence, JSON.stringify(place)).not.toMatch(never)
      expect.soft(sentence, JSON.stringify(place)).toMatch(/^[A-Z“].*\. [A-Z].*\.$/)
    }
  })

  it.each(Object.values(FAILURE_EXAMPLES))(
    'of any kind says that the user’s computer is full only if it is: $kind',
    (failure) => {
      if (failure.kind === 'disk-full') return

      const sentences = PLACES.map((place) => failureSentence(failure, NOW, place)).join(' ')

      expect(sentences).not.toMatch(/disk .*full|free some space/i)
    },
  )
})

describe('access keys without a permission', () => {
  const denied = (action: string): Failure => ({ kind: 'access-denied', action })
  const at = (provider: ProviderId): FailureDestination => ({
    ...{ name: 'Client files', kind: 's3', provider, credentials: { kind: 'keys' } },
  })

  it.each(ProviderId.options)('lead to a policy only if the store has policies: %s', (id) => {
    const { wayOut } = failureText(denied('s3:PutObject'), NOW, at(id))

    const hasPolicies = providerOf(id).permissions === 'policy'
    expect(/policy/i.test(wayOut)).toBe(hasPolicies)
    expect(wayOut).toMatch(/keys|key/)
  })

  it.each([
    ['r2', 's3:PutObject', /API token “Object Read & Write”.*console of Cloudflare R2/],
    ['b2', 's3:PutObject', /capability writeFiles .*console of Backblaze B2/],
    ['b2', 's3:DeleteObject', /capability deleteFiles /],
    ['b2', 's3:ListBucket', /capability listFiles /],
    ['gcs', 's3:PutObject', /a role .*console of Google Cloud Storage/],
    ['storj', 's3:PutObject', /Give these keys this right.*console of Storj/],
    [
      'garage',
      's3:PutObject',
      /Give these keys this right for the bucket where they were made, or/,
    ],
    ['aws', 's3:PutObject', /The bucket’s administrator.*policy of these keys or of the bucket/],
    ['other', 's3:PutObject', /Whoever runs the store must allow it/],
  ] as const)('lead to the permission as %s names it: %s', (id, action, wayOut) => {
    expect(failureText(denied(action), NOW, at(id)).wayOut).toMatch(wayOut)
  })

  it.each([
    ['s3:ListMultipartUploadParts', /may not see which parts of an upload are there \(s3:List/],
    ['s3:AbortMultipartUpload', /may not cancel uploads here \(s3:Abort/],
    ['s3:PutObject', /may not put files into this bucket \(s3:PutObject\)/],
    ['s3:SomethingNew', /may not do this here \(s3:SomethingNew\)/],
  ])('name the missing permission: %s', (action, problem) => {
    expect(failureText(denied(action), NOW, at('aws')).problem).toMatch(problem)
  })

  it.each([
    ['s3:PutObjectAcl', /ACL to “none” in the rules, or the bucket’s administrator/],
    ['s3:PutObjectTagging', /tags out of the rules, or the bucket’s administrator/],
  ])('do not need %s unless the rules ask for it', (action, wayOut) => {
    const words = failureText(denied(action), NOW, at('aws'))

    expect(words.wayOut).toMatch(wayOut)
    expect(words.action).toBe('edit-rules')
  })

  it('that AWS has quarantined have to be replaced', () => {
    const message = 'with an explicit deny in … policy/AWSCompromisedKeyQuarantineV3'
    const answer = { ...WORDS, message }

    const words = failureText({ kind: 'explicitly-denied', by: 'identity', answer }, NOW, at('aws'))

    expect(words).toMatchObject({
      problem: expect.stringMatching(/quarantine/),
      wayOut: expect.stringMatching(/^Make new keys in the console of Amazon S3/),
      action: 'enter-keys',
    })
  })
})

describe('access keys that a store does not accept', () => {
  const of = (kind: CredentialKind): FailureDestination => ({
    ...{ name: 'Client files', kind: 's3', provider: 'aws' },
    credentials: { kind, profile: 'work' },
  })

  it.each([
    ['keys', /Check the access key ID/, 'enter-keys'],
    ['profile', /profile “work”.*~\/\.aws\/credentials/, 'edit-connection'],
    ['sso', /Sign in again/, 'sign-in'],
    ['environment', /Start Ferry with the right AWS_ACCESS_KEY_ID/, 'edit-connection'],
  ] as const)('are fixed where they come from: %s', (kind, sentence, action) => {
    const failure: Failure = { kind: 'credentials-rejected' }

    expect(failureSentence(failure, NOW, of(kind))).toMatch(sentence)
    expect(failureText(failure, NOW, of(kind)).action).toBe(action)
  })

  it.each([
    ['keys', /Enter new ones/, 'enter-keys'],
    ['profile', /profile “work” have expired.*Renew them/, 'edit-connection'],
    ['sso', /Sign in again/, 'sign-in'],
    ['environment', /Start Ferry again with new ones/, 'edit-connection'],
  ] as const)('are renewed where they come from if they expired: %s', (kind, sentence, action) => {
    const failure: Failure = { kind: 'credentials-expired' }

    expect(failureSentence(failure, NOW, of(kind))).toMatch(sentence)
    expect(failureText(failure, NOW, of(kind)).action).toBe(action)
  })

  it.each(['credentials-rejected', 'credentials-expired', 'secret-missing'] as const)(
    'never lead to a sign-in if they were typed: %s',
    (kind) => {
      const record = aRecord(1)
      const view: UploadView = {
        ...{ uploadId: record.uploadId, record, phase: 'needs-you' as const, sentBytes: 0 },
        ...{ verifiedBytes: null, bytesPerSecond: null, msLeft: null, retryAtMs: null },
        ...{ failure: FAILURE_EXAMPLES[kind], isCancelling: false, hasHiddenAnswers: false },
      }

      expect(stoppedText(view, NOW, of('keys'))).not.toMatch(/sign in/i)
      expect(stoppedText(view, NOW, null)).not.toMatch(/sign in/i)
    },
  )

  it('may be correct behind a proxy if the store knows them', () => {
    const answer = { ...WORDS, code: 'SignatureDoesNotMatch' }

    const sentence = failureSentence({ kind: 'credentials-rejected', answer }, NOW, of('keys'))

    expect(sentence).toMatch(
      /not accept the keys.*knows the access key ID.*secret access key.*proxy.*Host/,
    )
  })
})

it('failures of the bucket on this computer never mention keys or policies', () => {
  const place: FailureDestination = {
    ...{ name: 'This computer', kind: 'local', provider: 'other', credentials: { kind: 'keys' } },
  }

  for (const kind of ['access-denied', 'credentials-rejected'] as const) {
    const sentence = failureSentence({ kind }, NOW, place)

    expect(sentence).toMatch(/bucket on this computer.*Start Ferry again/)
    expect(sentence).not.toMatch(/policy|secret|enter/i)
  }
})

it('a network that requires a sign-in is not blamed on the store', () => {
  const sentence = failureSentence({ kind: 'server-error', status: 511 }, NOW)

  expect(sentence).toMatch(/^The network wants you to sign in.*web page.*\.$/)
})

it('an upload is called unknown to the store only if the store said so', () => {
  const claims = Object.values(FAILURE_EXAMPLES).filter((failure) =>
    /no longer knows/.test(failureSentence(failure, NOW)),
  )

  expect(claims.map(({ kind }) => kind)).toEqual(['upload-gone'])
})
