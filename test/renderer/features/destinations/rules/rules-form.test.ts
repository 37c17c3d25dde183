import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { MIB, S3_LIMITS } from '../../../../../electron/contract/limits.ts'
import {
  DEFAULT_RULES,
  LEAST_BYTES_PER_SECOND,
  RuleProblem,
  UploadRules,
} from '../../../../../electron/contract/rules/upload-rules.ts'
import {
  amountOf,
  bytesOf,
  FILE_UNITS,
  PART_UNITS,
  SPEED_UNITS,
} from '../../../../../renderer/features/destinations/rules/amount.ts'
import { ruleProblemText } from '../../../../../renderer/features/destinations/rules/rule-text.ts'
import {
  conflictWarning,
  formOfRules,
  readRulesForm,
} from '../../../../../renderer/features/destinations/rules/rules-form.ts'
import { aDestination } from '../../../../fakes/fake-world.ts'

const numberUpTo = (most: number) => fc.option(fc.integer({ min: 1, max: most }))

describe('an amount', () => {
  it.each([
    ['files', FILE_UNITS, S3_LIMITS.maxObjectBytes],
    ['parts', PART_UNITS, S3_LIMITS.maxPartBytes],
    ['speeds', SPEED_UNITS, Number.MAX_SAFE_INTEGER],
  ] as const)('of %s is read back exactly as it was shown', (_, units, most) => {
    fc.assert(
      fc.property(numberUpTo(most), (bytes) => {
        const read = bytesOf(amountOf(bytes, units, units[0]))

        expect(read).toEqual(bytes === null ? { kind: 'none' } : { kind: 'bytes', bytes })
      }),
    )
  })

  it.each([
    [16 * MIB, PART_UNITS, '16', 'MiB'],
    [1_500_000_000, FILE_UNITS, '1.5', 'GB'],
    [999, FILE_UNITS, '999', 'bytes'],
    [LEAST_BYTES_PER_SECOND, SPEED_UNITS, '16.384', 'KB/s'],
  ] as const)('%i is shown in a readable unit', (bytes, units, text, unit) => {
    expect(amountOf(bytes, units, units[0])).toEqual({ text, unit })
  })

  it.each(['x', '-1', '1e9', '1 000', 'Infinity', '0x10', '1.2.3'])(
    'does not accept "%s"',
    (text) => {
      expect(bytesOf({ text, unit: 'MB' })).toEqual({ kind: 'unreadable' })
    },
  )

  it('accepts a decimal comma', () => {
    expect(bytesOf({ text: ' 1,5 ', unit: 'MB' })).toEqual({ kind: 'bytes', bytes: 1_500_000 })
  })
})

describe('the form of the rules', () => {
  const rules: UploadRules = {
    ...DEFAULT_RULES,
    keyTemplate: '{yyyy}/{name}',
    maxFileBytes: 5_368_709_120,
    partBytes: 8 * MIB,
    bytesPerSecond: 123_457,
    tags: [{ name: 'team', value: 'a' }],
  }

  it('returns the rules that it was opened with', () => {
    expect(readRulesForm(formOfRules(rules))).toEqual({ ok: true, rules })
    expect(readRulesForm(formOfRules(DEFAULT_RULES))).toEqual({ ok: true, rules: DEFAULT_RULES })
  })

  it('returns nothing that the host would refuse as malformed', () => {
    const amount = fc.record({ text: fc.string(), unit: fc.constantFrom(...PART_UNITS) })
    fc.assert(
      fc.property(amount, amount, amount, (maxFileBytes, partBytes, bytesPerSecond) => {
        const read = readRulesForm({
          ...formOfRules(rules),
          maxFileBytes,
          partBytes,
          bytesPerSecond,
        })

        expect(!read.ok || UploadRules.safeParse(read.rules).success).toBe(true)
      }),
    )
  })

  it.each([
    ['partBytes', { text: '1', unit: 'MiB' }, 'S3 accepts parts from 5 MiB to 5 GiB.'],
    ['partBytes', { text: '6', unit: 'GiB' }, 'S3 accepts parts from 5 MiB to 5 GiB.'],
    ['partBytes', { text: 'big', unit: 'MiB' }, 'Enter a number. S3 accepts'],
    ['maxFileBytes', { text: '0', unit: 'GB' }, 'from 1 byte'],
    ['bytesPerSecond', { text: '1', unit: 'KB/s' }, '16 KiB a second'],
  ] as const)('says what %s can be', (field, amount, words) => {
    const read = readRulesForm({ ...formOfRules(rules), [field]: amount })

    expect(read.ok ? [] : read.errors).toEqual([
      { field, what: '', text: expect.stringContaining(words) },
    ])
  })

  it('leaves out empty rows', () => {
    const read = readRulesForm({ ...formOfRules(rules), metadata: [{ name: ' ', value: '' }] })

    expect(read.ok && read.rules.metadata).toEqual([])
  })

  it('has a sentence for every problem of every field', () => {
    const { field, problem } = RuleProblem.def.shape
    for (const each of field.options) {
      for (const kind of problem.options) {
        const text = ruleProblemText({ field: each, problem: kind, what: 'x'.repeat(200) })

        expect(text).toMatch(/^[A-Z“].*\.$/)
        expect(text.length).toBeLessThan(160)
      }
    }
  })
})

describe('the choice for name conflicts', () => {
  const findings = {
    checkedAtMs: 0,
    integrity: null,
    conditionalPut: 'honoured',
    conditionalComplete: 'honoured',
    takesPostForms: null,
    maxPartCount: null,
    versioning: 'on',
    unfinishedDays: null,
    isPublic: null,
  } as const
  const warn = (onConflict: UploadRules['onConflict'], changes: object) =>
    conflictWarning(
      { onConflict },
      aDestination({ findings: { ...findings, ...changes } }).findings,
    )

  it('warns if the store cannot refuse to overwrite', () => {
    expect(warn('keep-both', { conditionalComplete: 'ignored' })).toContain('could still be')
    expect(warn('skip', { conditionalPut: 'refused' })).toContain('could still be')
    expect(warn('keep-both', {})).toBeNull()
    expect(conflictWarning({ onConflict: 'ask' }, null)).toBeNull()
  })

  it('warns that a replaced file is gone, unless the bucket keeps versions', () => {
    expect(warn('replace', { versioning: 'off', conditionalPut: 'ignored' })).toContain('is gone')
    expect(warn('replace', {})).toBeNull()
  })
})
