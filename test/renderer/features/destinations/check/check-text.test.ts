import { describe, expect, it } from 'vitest'
import { corsRuleFor } from '../../../../../electron/contract/bucket-policies.ts'
import {
  CheckFinding,
  type CheckFix,
  type CheckLine,
  CheckStep,
} from '../../../../../electron/contract/commands/checks.ts'
import {
  checkRows,
  checkSentence,
} from '../../../../../renderer/features/destinations/check/check-progress.ts'
import {
  CHECK_GROUPS,
  lineText,
} from '../../../../../renderer/features/destinations/check/check-text.ts'
import {
  bucketFixText,
  fixLabel,
} from '../../../../../renderer/features/destinations/check/fix-dialog.tsx'
import { FAILURE_EXAMPLES } from '../../../failures/failure-examples.ts'

const NOW = 1_763_640_000_000
const SENTENCES = /^[A-Z“].*\.$/

const lineOf = (changes: Partial<CheckLine>): CheckLine => ({
  step: 'put',
  verdict: 'passed',
  finding: null,
  fix: null,
  ...changes,
})

const passedLines = (count: number) =>
  CheckStep.options.slice(0, count).map((step) => lineOf({ step }))

type Finding = Exclude<CheckFinding, { kind: 'failure' }>
const HONOURS = ['honoured', 'ignored', 'refused'] as const

/** Every kind of finding, in all its variants. */
const FINDINGS: { readonly [K in Finding['kind']]: readonly Extract<Finding, { kind: K }>[] } = {
  tls: [
    { kind: 'tls', protocol: 'http', issuer: null },
    { kind: 'tls', protocol: 'TLSv1.3', issuer: null },
    { kind: 'tls', protocol: 'TLSv1.3', issuer: 'Amazon' },
  ],
  region: [{ kind: 'region', region: 'eu-west-1' }],
  checksums: [
    { kind: 'checksums', verified: [] },
    { kind: 'checksums', verified: ['crc64nvme', 'md5'] },
  ],
  'conditional-writes': HONOURS.flatMap((put) =>
    HONOURS.map((complete) => ({ kind: 'conditional-writes' as const, put, complete })),
  ),
  'unsigned-headers': [true, false].map((isObeyed) => {
    return { kind: 'unsigned-headers' as const, isObeyed }
  }),
  'post-forms': [true, false].map((isTaken) => ({ kind: 'post-forms' as const, isTaken })),
  'part-limit': [1000, 10_000].map((maxPartCount) => {
    return { kind: 'part-limit' as const, maxPartCount }
  }),
  'part-size': [{ kind: 'part-size', byteLength: 16 * 1024 * 1024 }],
  retention: [30, null].map((days) => ({ kind: 'retention' as const, days })),
  'cors-not-needed': [{ kind: 'cors-not-needed' }],
  'cors-any-origin': [{ kind: 'cors-any-origin' }],
  versioning: (['on', 'suspended', 'off'] as const).map((state) => {
    return { kind: 'versioning' as const, state }
  }),
  'unfinished-rule': [null, 1, 7].map((days) => ({ kind: 'unfinished-rule' as const, days })),
  'public-access': [true, false].flatMap((canRead) =>
    [true, false].map((canList) => ({ kind: 'public-access' as const, canRead, canList })),
  ),
  'link-life': (['signature', 'session', 'session-unknown'] as const).map((endsWith) => {
    return { kind: 'link-life' as const, maxSeconds: 604_800, endsWith }
  }),
}

const VERDICTS = ['passed', 'warned', 'failed', 'unknown'] as const

describe('the texts of a check', () => {
  it.each(Object.values(FINDINGS).flat())('has whole sentences for %o', (finding) => {
    for (const verdict of VERDICTS) {
      const { title, detail } = lineText(lineOf({ verdict, finding }), NOW)

      expect(CheckFinding.safeParse(finding).success).toBe(true)
      expect(detail ?? title).toMatch(SENTENCES)
    }
  })

  it.each(Object.values(FAILURE_EXAMPLES))(
    'has whole sentences for $kind at every line',
    (failure) => {
      for (const step of CheckStep.options) {
        for (const verdict of ['warned', 'failed', 'unknown'] as const) {
          const finding = { kind: 'failure', failure } as const
          const { detail } = lineText(lineOf({ step, verdict, finding }), NOW)

          expect(detail).toMatch(SENTENCES)
        }
      }
    },
  )

  it('says plainly that anyone can read', () => {
    const finding = { kind: 'public-access', canRead: true, canList: false } as const

    const { detail } = lineText(lineOf({ step: 'public-access', verdict: 'warned', finding }), NOW)

    expect(detail).toMatch(/^Anyone on the internet can read the files here/)
  })

  it('names the missing permission', () => {
    const finding = { kind: 'failure', failure: { kind: 'access-denied' } } as const
    const detailAt = (step: CheckStep) =>
      lineText(lineOf({ step, verdict: 'warned', finding }), NOW).detail

    expect(detailAt('get')).toContain('s3:GetObject')
    expect(detailAt('delete')).toMatch(/s3:DeleteObject.*\.ferry-check-.* stay\b/)
  })

  it.each([
    ['SELF_SIGNED_CERT_IN_CHAIN (issuer: Acme)', /authority that this computer.*\(issuer: Acme\)/],
    ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', /authority that this computer does not know/],
    ['ERR_CERT_AUTHORITY_INVALID', /authority that this computer does not know/],
    ['CERT_HAS_EXPIRED', /has expired/],
    ['ERR_CERT_DATE_INVALID', /has expired/],
    ['ERR_TLS_CERT_ALTNAME_INVALID', /for another name.*path-style/],
    ['ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION', /no version of TLS in common/],
    ['ERR_CERT_REVOKED', /was revoked/],
    ['ERR_CERT_WEAK_KEY', /no longer safe/],
    ['ERR_BAD_SSL_CLIENT_AUTH_CERT', /asks this computer for a certificate of its own/],
    ['ERR_CERT_INVALID', /no certificate that this computer trusts/],
  ] as const)('says what %s means', (reason, words) => {
    const failure = { kind: 'tls-failed', host: 'nas.local', reason } as const
    const finding = { kind: 'failure', failure } as const

    expect(lineText(lineOf({ step: 'tls', verdict: 'failed', finding }), NOW).detail).toMatch(words)
  })

  it('does not repeat the button’s advice', () => {
    const failure = FAILURE_EXAMPLES['region-wrong']
    const line = lineOf({
      step: 'region',
      verdict: 'failed',
      finding: { kind: 'failure', failure },
    })

    const { detail } = lineText({ ...line, fix: { kind: 'use-region', region: 'eu-west-1' } }, NOW)

    expect(detail).toBe('The bucket is in the region eu-west-1.')
  })
})

describe('the rows of a check', () => {
  it('has every step once, in one group', () => {
    const steps = CHECK_GROUPS.flatMap((group) => group.steps)

    expect(steps.toSorted()).toEqual(CheckStep.options.toSorted())
  })

  it('shows finished, running and waiting lines', () => {
    const states = [...checkRows(passedLines(3), true).values()].map(({ state }) => state)

    expect(states.slice(0, 5)).toEqual(['passed', 'passed', 'passed', 'checking', 'waiting'])
  })

  it('shows at the end which lines were not reached', () => {
    const lines = [...passedLines(3), lineOf({ step: 'clock', verdict: 'unknown' })]
    const denied = { kind: 'failure', failure: { kind: 'access-denied' } } as const
    const asked = lineOf({ step: 'bucket', verdict: 'unknown', finding: denied })

    const rows = checkRows([...lines, asked], false)

    expect([rows.get('clock')?.state, rows.get('cors')?.state, rows.get('bucket')?.state]).toEqual([
      'not-reached',
      'not-reached',
      'unknown',
    ])
  })

  it('announces groups, not single lines', () => {
    const sayings = CheckStep.options.map((_, count) => checkSentence(passedLines(count), true))

    expect(new Set(sayings).size).toBeLessThanOrEqual(CHECK_GROUPS.length + 2)
  })

  it.each([
    [[], 'Everything works.'],
    [[lineOf({ step: 'delete', verdict: 'warned' })], 'It works, with 1 thing to know.'],
    [
      [
        lineOf({ step: 'put', verdict: 'failed' }),
        lineOf({ step: 'cors', verdict: 'failed' }),
        lineOf({ step: 'delete', verdict: 'warned' }),
      ],
      'This does not work yet: 2 things need fixing.',
    ],
  ] as const)('summarises it', (odd, sentence) => {
    const lines = passedLines(CheckStep.options.length).map(
      (line) => odd.find(({ step }) => step === line.step) ?? line,
    )

    expect(checkSentence(lines, false)).toBe(sentence)
  })
})

describe('a fix', () => {
  const FIXES = [
    [{ kind: 'use-region', region: 'eu-west-1' }, 'Use eu-west-1'],
    [{ kind: 'set-cors', rule: corsRuleFor('http://127.0.0.1:1'), keptCount: 2 }, 'Set it for me'],
    [{ kind: 'add-unfinished-rule', days: 7, keptCount: 0 }, 'Add it: after 7 days'],
    [{ kind: 'sign-in' }, 'Sign in'],
  ] as const satisfies readonly (readonly [CheckFix, string])[]

  it.each(FIXES)('%o is one button', (fix, label) => {
    expect(fixLabel(fix)).toBe(label)
  })

  it('shows the rule and the kept rules before it is applied', () => {
    const cors = bucketFixText(FIXES[1][0], '')
    const unfinished = bucketFixText(FIXES[2][0], ' in ')

    expect(JSON.parse(cors.rule)).toMatchObject([{ AllowedOrigins: ['http://127.0.0.1:1'] }])
    expect(cors.kept).toContain('your 2 existing rules')
    expect(JSON.parse(unfinished.rule)).toMatchObject({
      Filter: { Prefix: 'in/' },
      AbortIncompleteMultipartUpload: { DaysAfterInitiation: 7 },
    })
  })
})
