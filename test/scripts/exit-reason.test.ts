import { describe, expect, it } from 'vitest'
import { exitReason } from '../../scripts/exit-reason.ts'

describe('the reason of an end', () => {
  it.each([
    [3221225781, 'it ended with code 3221225781: a library (DLL) is missing'],
    // The same, as programs that count in signed numbers have it.
    [-1073741515, 'it ended with code 3221225781: a library (DLL) is missing'],
    [0xc000007b, /^it ended with code 3221225595: .* another kind of processor$/],
    [0xc0000409, /^it ended with code 3221226505: it stopped itself/],
    [127, 'it ended with code 127: a library is missing'],
    [53, 'it ended with code 53'],
    [0, 'it ended with code 0'],
  ])('with code %d', (code, reason) => {
    expect(exitReason(code, null)).toEqual(
      typeof reason === 'string' ? reason : expect.stringMatching(reason),
    )
  })

  it('by a signal', () => {
    expect(exitReason(null, 'SIGTRAP', 'linux')).toBe('it was ended by SIGTRAP')
  })

  it('by macOS, which says nothing of a broken signature', () => {
    expect(exitReason(null, 'SIGKILL', 'darwin')).toMatch(/^it was ended by SIGKILL: .*signature/)
  })
})
