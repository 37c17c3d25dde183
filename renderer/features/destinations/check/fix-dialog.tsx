import { useState } from 'react'
import { unfinishedRuleFor } from '../../../../electron/contract/bucket-policies.ts'
import type { CheckFix } from '../../../../electron/contract/commands/checks.ts'
import { corsAsJson, isOriginPattern } from '../../../../electron/contract/cors.ts'
import { unreachable } from '../../../../electron/lib/unreachable.ts'
import { Button } from '../../../design/button.tsx'
import { Dialog } from '../../../design/dialog.tsx'
import { formatCount } from '../../../design/format.ts'

export function isBucketFix(fix: CheckFix): fix is BucketFix {
  return fix.kind === 'set-cors' || fix.kind === 'add-unfinished-rule'
}

/** Shows exactly what will be added to the bucket, and asks for confirmation. */
export function FixDialog({
  fix,
  prefix,
  onAgree,
  onClose,
}: {
  readonly fix: CheckFix | null
  readonly prefix: string
  readonly onAgree: (fix: CheckFix) => void
  readonly onClose: () => void
}) {
  // Keeps the text while the dialog fades out.
  const [shown, setShown] = useState<BucketFix | null>(null)
  if (fix !== null && fix !== shown && isBucketFix(fix)) setShown(fix)
  if (shown === null) return null
  const { title, about, rule, kept } = bucketFixText(shown, prefix)
  return (
    <Dialog
      isOpen={fix !== null}
      onClose={onClose}
      title={title}
      description={about}
      footer={
        <>
          <Button onClick={onClose}>Leave it</Button>
          <Button tone="primary" onClick={() => onAgree(shown)}>
            Add the rule
          </Button>
        </>
      }
    >
      <pre className="check-rule mono">{rule}</pre>
      <p>{kept}</p>
    </Dialog>
  )
}

/** A fix that changes the bucket, not the form. */
type BucketFix = Extract<CheckFix, { kind: 'set-cors' | 'add-unfinished-rule' }>

export function fixLabel(fix: CheckFix): string {
  switch (fix.kind) {
    case 'use-region':
      return `Use ${fix.region}`
    case 'set-cors':
      return 'Set it for me'
    case 'add-unfinished-rule':
      return `Add it: after ${formatCount(fix.days, 'day', 'days')}`
    case 'sign-in':
      return 'Sign in'
    default:
      return unreachable(fix)
  }
}

interface FixText {
  readonly title: string
  readonly about: string
  readonly rule: string
  /** Says what happens to the existing rules. */
  readonly kept: string
}

/** `prefix`: as typed; the host adds a slash. */
export function bucketFixText(fix: BucketFix, prefix: string): FixText {
  const kept = keptText(fix.keptCount)
  switch (fix.kind) {
    case 'set-cors':
      return {
        title: 'Let this window upload?',
        about: `Ferry adds this CORS rule to the bucket, or completes the one it added earlier.${patternText(fix)}`,
        rule: corsAsJson(fix.rule),
        kept,
      }
    case 'add-unfinished-rule':
      return {
        title: 'Remove unfinished uploads?',
        about: `Ferry adds this lifecycle rule to the bucket. An upload without progress for ${formatCount(fix.days, 'day', 'days')} then has to start over:`,
        rule: JSON.stringify(unfinishedRuleFor(asFolder(prefix), fix.days), null, 2),
        kept,
      }
    default:
      return unreachable(fix)
  }
}

function patternText({ rule }: Extract<BucketFix, { kind: 'set-cors' }>): string {
  return rule.allowedOrigins.some(isOriginPattern)
    ? ' The * stands for a name that changes each time Ferry starts. If the store does not accept a * there, Ferry allows every origin (*) instead; the next check tells you.'
    : ''
}

function keptText(keptCount: number): string {
  if (keptCount === 0) return 'The bucket has no other rules of this kind.'
  return keptCount === 1
    ? 'It keeps your 1 existing rule.'
    : `It keeps your ${keptCount} existing rules.`
}

function asFolder(typed: string): string {
  const inner = typed.trim().replace(/^\/+|\/+$/g, '')
  return inner === '' ? '' : `${inner}/`
}
