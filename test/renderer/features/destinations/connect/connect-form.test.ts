import { describe, expect, it } from 'vitest'
import {
  type CredentialSource,
  SignInId,
  type SignInStep,
} from '../../../../../electron/contract/commands/credentials.ts'
import { failed, succeeded } from '../../../../../electron/contract/outcome.ts'
import { bucketsText } from '../../../../../renderer/features/destinations/connect/field-text.ts'
import {
  credentialSourceOf,
  emptyForm,
  formOf,
  withAccount,
  withBucket,
  withEndpoint,
  withFields,
  withPasted,
  withProfile,
  withProvider,
  withRegion,
} from '../../../../../renderer/features/destinations/connect/form-draft.ts'
import { accountsText } from '../../../../../renderer/features/destinations/credentials/sso-fields.tsx'
import {
  pendingSignIn,
  signInStateAfter,
} from '../../../../../renderer/features/destinations/credentials/use-sign-in.ts'
import {
  isStructuredText,
  pasteNote,
} from '../../../../../renderer/features/destinations/pasted/paste-text.ts'
import { isSameSignIn } from '../../../../../renderer/features/destinations/retry-uploads.ts'
import { aDestination } from '../../../../fakes/fake-world.ts'

const place = ({
  draft: { provider, endpoint, region, pathStyle },
}: ReturnType<typeof emptyForm>) => [provider, endpoint, region, pathStyle]

describe('the endpoint', () => {
  it('follows region and provider until the user enters another', () => {
    const made = withProvider(withRegion(emptyForm(), 'fr-par'), 'scaleway')
    const own = withEndpoint(made, 'http://10.0.0.3:9000')

    expect(place(made)).toEqual(['scaleway', 'https://s3.fr-par.scw.cloud', 'fr-par', false])
    expect(place(withProvider(own, 'minio'))).toEqual([
      'minio',
      'http://10.0.0.3:9000',
      'fr-par',
      true,
    ])
  })

  it('selects its provider while it is typed', () => {
    const known = withEndpoint(emptyForm(), 's3.us-west-004.backblazeb2.com')

    expect(place(known).slice(0, 2)).toEqual(['b2', 's3.us-west-004.backblazeb2.com'])
    expect(withEndpoint(known, 'http://nas:9000').draft.provider).toBe('other')
  })

  it('of a saved destination changes with the region if it was derived from it', () => {
    const made = formOf(aDestination())
    const own = formOf(aDestination({ endpoint: 'https://s3.vpce.example' }))

    expect(withRegion(made, 'eu-west-1').draft.endpoint).toBe('https://s3.eu-west-1.amazonaws.com')
    expect(withRegion(own, 'eu-west-1').draft.endpoint).toBe('https://s3.vpce.example')
  })
})

describe('the source of the keys', () => {
  it('returns to the form as it was saved', () => {
    const sources: readonly CredentialSource[] = [
      { kind: 'keys', accessKeyId: 'AKIA' },
      { kind: 'profile', profile: 'work' },
      {
        kind: 'sso',
        startUrl: 'https://a.awsapps.com/start',
        ssoRegion: 'eu-west-1',
        accountId: '111122223333',
        roleName: 'Uploader',
      },
      { kind: 'environment' },
    ]

    const again = sources.map((credentials) =>
      credentialSourceOf(formOf(aDestination({ credentials })).draft),
    )

    expect(again).toEqual(sources)
  })

  it('brings a profile’s region and endpoint only if the user entered none', () => {
    const profile = {
      kind: 'keys',
      name: 'minio',
      region: 'home',
      endpoint: 'http://nas:9000',
    } as const

    const fresh = withProfile(emptyForm(), profile)
    const filled = withProfile(
      withRegion(withEndpoint(emptyForm(), 'https://s3.mine.example'), 'mine'),
      profile,
    )

    expect(place(fresh)).toEqual(['other', 'http://nas:9000', 'home', true])
    expect(place(filled)).toEqual(['other', 'https://s3.mine.example', 'mine', true])
  })

  it('brings an account’s role if it is the only one', () => {
    const accounts = [
      { accountId: '1', name: 'Production', roleNames: ['Uploader', 'Admin'] },
      { accountId: '2', name: 'Sandbox', roleNames: ['Dev'] },
    ]
    const roleAfter = (ssoRoleName: string, accountId: string) =>
      withAccount(withFields(emptyForm(), { ssoRoleName }), accountId, accounts).draft.ssoRoleName

    expect([roleAfter('', '2'), roleAfter('Admin', '1'), roleAfter('Dev', '1')]).toEqual([
      'Dev',
      'Admin',
      '',
    ])
  })

  it('shares a sign-in with the same start URL or profile', () => {
    const at = (startUrl: string, accountId: string) =>
      ({ kind: 'sso', startUrl, ssoRegion: 'eu-west-1', accountId, roleName: 'r' }) as const
    const named = (profile: string) => ({ kind: 'profile', profile }) as const

    expect([
      isSameSignIn(at('https://a', '1'), at('https://a', '2')),
      isSameSignIn(named('a'), named('a')),
      isSameSignIn(at('https://a', '1'), at('https://b', '1')),
      isSameSignIn(named('a'), at('https://a', '1')),
      isSameSignIn({ kind: 'environment' }, { kind: 'environment' }),
    ]).toEqual([true, true, false, false, false])
  })
})

describe('a paste', () => {
  it('keeps other fields, and removes the previous store’s endpoint', () => {
    const before = withFields(withEndpoint(emptyForm(), 'http://nas:9000'), { prefix: 'kept/' })

    const after = withPasted(before, { provider: 'aws', bucket: 'photos', region: 'eu-west-1' })

    expect(place(after)).toEqual(['aws', 'https://s3.eu-west-1.amazonaws.com', 'eu-west-1', false])
    expect([after.draft.bucket, after.draft.prefix]).toEqual(['photos', 'kept/'])
  })

  it('does not fix values that the provider sets itself', () => {
    const pasted = withPasted(emptyForm(), {
      ...{ provider: 'aws', region: 'eu-west-1', pathStyle: false },
      endpoint: 'https://s3.eu-west-1.amazonaws.com',
    })

    const moved = withProvider(withRegion(pasted, 'fr-par'), 'scaleway')

    expect(withProvider(pasted, 'minio').draft.pathStyle).toBe(true)
    expect(moved.draft.endpoint).toBe('https://s3.fr-par.scw.cloud')
  })

  it('says which fields it filled, without their values', () => {
    const note = pasteNote({
      kind: 'keys',
      fields: { region: 'eu-west-1', accessKeyId: 'AKIA', secretAccessKey: 's', sessionToken: 't' },
      unsupported: null,
    })

    expect(note).toEqual({
      tone: 'filled',
      text: 'Filled region, keys, and session token from a block of keys.',
    })
  })

  it('says why a recognised target cannot be used', () => {
    const note = pasteNote({ kind: 'arn', fields: {}, unsupported: 'access-point' })

    expect(note).toEqual({
      tone: 'missed',
      text: 'It names an access point; Ferry needs the bucket behind it.',
    })
  })

  it('into a field is parsed only if it is more than one field’s value', () => {
    const texts = [
      's3://a/b',
      'ARN:aws:s3:::a',
      ' https://a',
      'a\nb',
      'my-bucket',
      'AKIA\n',
      's3.a.b',
    ]

    expect(texts.filter(isStructuredText)).toEqual(texts.slice(0, 4))
  })
})

describe('the hint at a list', () => {
  it('asks for the name if the keys cannot list buckets', () => {
    expect(bucketsText({ phase: 'failed', failure: { kind: 'access-denied' } })).toBe(
      'These keys are not allowed to list buckets; type the name.',
    )
    expect(bucketsText({ phase: 'loaded', value: { buckets: [], isComplete: true } })).toBe(
      'The store shows no buckets for these keys; type the name.',
    )
  })

  it('asks the user to sign in before it lists accounts', () => {
    const failure = { kind: 'sign-in-needed', by: 'browser' } as const

    expect(accountsText({ phase: 'failed', failure })).toBe(
      'Sign in first, or type the account and the role.',
    )
  })

  it('comes with the region of a chosen bucket', () => {
    const chosen = withBucket(emptyForm(), { name: 'photos', region: 'eu-west-3' })

    expect([chosen.draft.bucket, ...place(chosen)]).toEqual([
      'photos',
      ...['aws', 'https://s3.eu-west-3.amazonaws.com', 'eu-west-3', false],
    ])
  })
})

describe('a sign-in', () => {
  const at = {
    step: 'browser',
    signInId: SignInId.parse('00000000-0000-4000-8000-000000000001'),
    url: 'https://device.example/?user_code=AB-CD',
    userCode: 'AB-CD',
    expiresAtMs: 1000,
  } as const satisfies SignInStep
  const needed = failed({ kind: 'sign-in-needed', by: 'browser' })

  it('is done when there are keys, and polls no more', () => {
    const state = signInStateAfter(
      { request: 'wait', at },
      succeeded({ step: 'ready', expiresAtMs: null }),
      0,
    )

    expect([state, pendingSignIn(state)]).toEqual([{ phase: 'done' }, null])
  })

  it('polls while the user confirms the code', () => {
    const state = signInStateAfter({ request: 'start' }, succeeded(at), 0)

    expect([state, pendingSignIn(state)]).toEqual([{ phase: 'browser', at }, at.signInId])
  })

  it('distinguishes a refusal from an expired code', () => {
    const phaseAt = (nowMs: number) =>
      signInStateAfter({ request: 'wait', at }, needed, nowMs).phase

    expect([phaseAt(999), phaseAt(1000)]).toEqual(['refused', 'expired'])
  })

  it('asks again after a wrong code, however the host reports it', () => {
    const sent = { request: 'code', serial: 'phone' } as const

    const again = succeeded({ step: 'code', serial: 'phone' } as const)
    const states = [signInStateAfter(sent, again, 0), signInStateAfter(sent, needed, 0)]

    expect(states).toEqual(Array(2).fill({ phase: 'code', serial: 'phone', isWrong: true }))
  })

  it('shows any other failure', () => {
    const failure = { kind: 'offline' } as const

    expect(signInStateAfter({ request: 'start' }, failed(failure), 0)).toEqual({
      phase: 'failed',
      failure,
    })
  })
})
