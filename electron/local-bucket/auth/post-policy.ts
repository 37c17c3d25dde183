import * as z from 'zod/mini'
import { S3Error } from '../http/errors.ts'

const Condition = z.union([
  z.tuple([z.literal('content-length-range'), z.int(), z.int()]),
  z.tuple([z.enum(['eq', 'starts-with']), z.string(), z.string()]),
  z.record(z.string(), z.string()),
])
const Policy = z.object({ expiration: z.string(), conditions: z.array(Condition) })

/** The conditions that a form must meet, from its signed policy. */
export interface PostPolicy {
  readonly expiresAtMs: number
  readonly rules: readonly FieldRule[]
  readonly minBytes: number
  readonly maxBytes: number
}

interface FieldRule {
  readonly operator: 'eq' | 'starts-with'
  /** Lower case. */
  readonly field: string
  readonly value: string
}

/** Fields that need no condition: the signature's own fields, and the file. */
const FREE_FIELDS = new Set(['policy', 'x-amz-signature', 'file'])

/** Source: docs.aws.amazon.com/AmazonS3/latest/API/sigv4-HTTPPOSTConstructPolicy.html */
export function postPolicyOf(base64: string, maxBytes: number): PostPolicy {
  const parsed = Policy.safeParse(jsonOf(Buffer.from(base64, 'base64').toString('utf8')))
  const expiresAtMs = parsed.success ? Date.parse(parsed.data.expiration) : Number.NaN
  if (!parsed.success || Number.isNaN(expiresAtMs)) {
    throw new S3Error('InvalidPolicyDocument', 'Invalid Policy: it is not readable.')
  }
  const rules: FieldRule[] = []
  let range = { min: 0, max: maxBytes }
  for (const condition of parsed.data.conditions) {
    if (!Array.isArray(condition)) {
      for (const [field, value] of Object.entries(condition)) {
        rules.push({ operator: 'eq', field: field.toLowerCase(), value })
      }
    } else if (condition[0] === 'content-length-range') {
      range = { min: condition[1], max: Math.min(maxBytes, condition[2]) }
    } else {
      const [operator, field, value] = condition
      rules.push({ operator, field: field.replace(/^\$/, '').toLowerCase(), value })
    }
  }
  return { expiresAtMs, rules, minBytes: range.min, maxBytes: range.max }
}

/**
 * `fields` are the form's fields under lower-case names, including `bucket` and the final `key`.
 */
export function checkPolicy(
  policy: PostPolicy,
  fields: ReadonlyMap<string, string>,
  nowMs: number,
): void {
  if (policy.expiresAtMs <= nowMs) {
    throw new S3Error('AccessDenied', 'Invalid according to Policy: Policy expired.')
  }
  for (const rule of policy.rules) {
    const value = fields.get(rule.field) ?? ''
    const holds = rule.operator === 'eq' ? value === rule.value : value.startsWith(rule.value)
    if (!holds) {
      throw new S3Error(
        'AccessDenied',
        `Invalid according to Policy: Policy Condition failed: ["${rule.operator}", "$${rule.field}"]`,
      )
    }
  }
  const ruled = new Set(policy.rules.map((rule) => rule.field))
  const extra = [...fields.keys()].find(
    (field) =>
      field !== 'bucket' &&
      !ruled.has(field) &&
      !FREE_FIELDS.has(field) &&
      !field.startsWith('x-ignore-'),
  )
  if (extra === undefined) return
  throw new S3Error(
    'AccessDenied',
    `Invalid according to Policy: Extra input fields: ${extra.slice(0, 100)}`,
  )
}

export function checkFormLength(policy: PostPolicy, byteLength: number): void {
  if (byteLength < policy.minBytes) {
    throw new S3Error('EntityTooSmall', undefined, {
      ProposedSize: String(byteLength),
      MinSizeAllowed: String(policy.minBytes),
    })
  }
  if (byteLength > policy.maxBytes) {
    throw new S3Error('EntityTooLarge', undefined, {
      ProposedSize: String(byteLength),
      MaxSizeAllowed: String(policy.maxBytes),
    })
  }
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}
