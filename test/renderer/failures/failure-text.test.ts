import { describe, expect, it } from 'vitest'
import { failureSentence, failureText } from '../../../renderer/failures/failure-text.ts'
import { FAILURE_EXAMPLES } from './failure-examples.ts'

const NOW = 1_763_640_000_000

describe('the words for failures', () => {
  it.each(Object.values(FAILURE_EXAMPLES))('has whole sentences for $kind', (failure) => {
    const { problem, wayOut } = failureText(failure, NOW)

    expect(problem).toMatch(/^[A-Z“].*\.$/)
    expect(wayOut).toMatch(/^[A-Z].*\.$/)
  })

  it.each(Object.values(FAILURE_EXAMPLES))(
    'has words for $kind that no other kind has',
    (failure) => {
      const others = Object.values(FAILURE_EXAMPLES).filter(({ kind }) => kind !== failure.kind)

      expect(others.map((other) => failureSentence(other, NOW))).not.toContain(
        failureSentence(failure, NOW),
      )
    },
  )

  it.each([
    ['host-not-found', 's3.example.invalid'],
    ['host-unreachable', '192.168.1.20'],
    ['tls-failed', 'nas.local'],
    ['wrong-protocol', 'nas.local:9000'],
    ['network-blocked', 'nas.local:6000'],
    ['not-s3', 'www.example.org'],
    ['bucket-missing', 'acme-files'],
    ['region-wrong', 'eu-west-1'],
    ['cors-blocked', 'http://127.0.0.1:47470'],
    ['too-large', '5.4 GB'],
    ['internal', 'a1b2c3'],
    ['server-error', '502'],
    ['store-refused', 'MethodNotAllowed'],
  ] as const)('names the thing that %s is about', (kind, thing) => {
    expect(failureText(FAILURE_EXAMPLES[kind], NOW).problem).toContain(thing)
  })

  it.each([
    ['no-file', 'edit-connection'],
    ['no-profile', 'edit-connection'],
    ['incomplete', 'edit-connection'],
    ['process-failed', 'retry'],
    ['program-missing', 'retry'],
    ['role-refused', 'edit-connection'],
    ['environment-empty', 'edit-connection'],
    ['unreachable', 'retry'],
  ] as const)('names the source of keys that provides none: %s', (reason, action) => {
    const words = failureText({ kind: 'keys-unavailable', source: 'work', reason }, NOW)

    expect(words.problem).toMatch(/^[A-Z].*work.*\.$/)
    expect(words.wayOut).toMatch(/^[A-Z].*\.$/)
    expect(words.action).toBe(action)
  })

  it.each([
    ['macos-privacy', /^macOS does not let/, /System Settings > Privacy & Security > Files and/],
    ['macos-permissions', /^You may not read/, /Get Info/],
    ['windows-permissions', /^Windows does not let/, /Properties under Security/],
    ['unix-permissions', /^You may not read/, /chmod u\+r/],
    ['other-program', /^Another program/, /Close the file/],
    ['path-too-long', /path of this file is longer/, /nearer to the top/],
  ] as const)('says what to do about a file that cannot be read: %s', (why, problem, wayOut) => {
    const words = failureText({ kind: 'source-unreadable', why }, NOW)

    expect(words.problem).toMatch(problem)
    expect(words.wayOut).toMatch(wayOut)
  })

  it('says where Ferry searched for a credential program', () => {
    const missing = { program: 'aws-vault', folders: ['/usr/bin', '/bin'] }
    const { problem } = failureText(
      { kind: 'keys-unavailable', source: 'work', reason: 'program-missing', ...missing },
      NOW,
    )

    expect(problem).toMatch(/aws-vault.*work.*\/usr\/bin, \/bin\.$/)
  })

  it.each([
    ['read', /Neither .* login shell/],
    ['silent', /login shell did not tell/],
  ] as const)('says what the login shell reported about keys: %s', (shell, words) => {
    const failure = { source: 'AWS_ACCESS_KEY_ID', reason: 'environment-empty', shell } as const

    expect(failureText({ kind: 'keys-unavailable', ...failure }, NOW).problem).toMatch(words)
  })

  it('says where to enter a proxy’s password for the browser’s host', () => {
    const { wayOut, action } = failureText({ kind: 'proxy-auth-needed', isByVariable: true }, NOW)

    expect(wayOut).toContain('HTTPS_PROXY')
    expect(action).toBe('retry')
  })

  it.each(['script', 'socks'] as const)('says how to continue with a proxy by %s', (reason) => {
    const { problem, wayOut } = failureText(
      { kind: 'proxy-failed', reason, code: 'ENOTFOUND' },
      NOW,
    )

    expect(problem).toMatch(/PAC|SOCKS/)
    expect(wayOut).toMatch(/HTTPS_PROXY.*desktop app/)
  })

  it('names everything that a bucket’s CORS rule must allow', () => {
    const { wayOut } = failureText(FAILURE_EXAMPLES['cors-blocked'], NOW)

    expect(wayOut).toMatch(/this origin, PUT and all headers.*exposes ETag/)
  })

  it('says how far the clock is off, and in which direction', () => {
    const behind = failureText({ kind: 'clock-skewed', serverTimeMs: NOW + 3_600_000 }, NOW)
    const ahead = failureText({ kind: 'clock-skewed', serverTimeMs: NOW - 1_200_000 }, NOW)
    const dead = failureText({ kind: 'clock-skewed', serverTimeMs: NOW }, 0)

    expect([behind.problem, ahead.problem, dead.problem]).toEqual([
      'This computer’s clock is 1 hr behind the store’s.',
      'This computer’s clock is 20 min ahead of the store’s.',
      'This computer’s clock is 56 yrs behind the store’s.',
    ])
  })
})
