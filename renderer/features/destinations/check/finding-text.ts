import type {
  CheckFinding,
  CheckLine,
  ConditionSupport,
} from '../../../../electron/contract/commands/checks.ts'
import { S3_LIMITS } from '../../../../electron/contract/limits.ts'
import { unreachable } from '../../../../electron/lib/unreachable.ts'
import { formatCount, formatDuration, formatRoundBytes } from '../../../design/format.ts'

type Found<K extends CheckFinding['kind']> = Extract<CheckFinding, { kind: K }>

const ALGORITHM_NAMES = {
  crc64nvme: 'CRC64NVME',
  crc32c: 'CRC32C',
  sha256: 'SHA-256',
  md5: 'MD5',
} as const

export function findingText(
  finding: Exclude<CheckFinding, { kind: 'failure' }>,
  verdict: CheckLine['verdict'],
): string {
  switch (finding.kind) {
    case 'tls':
      return tlsText(finding)
    case 'region':
      return verdict === 'passed'
        ? `The region is ${finding.region}.`
        : `The bucket is in the region ${finding.region}; the check continued there.`
    case 'checksums':
      return checksumsText(finding)
    case 'conditional-writes':
      return conditionalText(finding)
    case 'unsigned-headers':
      return finding.isObeyed
        ? 'The store obeys unsigned headers. Anyone who gets the address of an upload before it expires can copy any file of this bucket over that upload, and make it public. Ceph refuses such headers from version 19.2.6 (CVE-2026-54330); no version of MinIO does yet. Ask the store’s administrator to update it, and keep secret files in another bucket.'
        : 'The store refuses or ignores unsigned headers.'
    case 'post-forms':
      return finding.isTaken
        ? 'The store accepts uploads from web forms.'
        : 'The store does not accept uploads from web forms, so you cannot give one to others. Your own uploads do not need it.'
    case 'part-size':
      return partSizeText(finding.byteLength, verdict)
    case 'retention':
      return retentionText(finding)
    case 'part-limit':
      return partLimitText(finding.maxPartCount)
    case 'cors-not-needed':
      return 'The desktop app uploads directly; the bucket needs no CORS rule for it.'
    case 'cors-any-origin':
      return 'The bucket’s CORS rule lets web pages of any origin upload, not only this window. They would still need a request signed with your keys.'
    case 'versioning':
      return VERSIONING[finding.state]
    case 'unfinished-rule':
      return unfinishedText(finding, verdict)
    case 'public-access':
      return publicText(finding)
    case 'link-life':
      return linkLifeText(finding)
    default:
      return unreachable(finding)
  }
}

function tlsText({ protocol, issuer }: Found<'tls'>): string {
  if (protocol === 'http') {
    return 'The connection is not encrypted (http): fine on this computer or inside your own network, and nowhere else.'
  }
  const by = issuer === null ? '' : `; its certificate was issued by ${issuer}`
  return `The connection is encrypted (${protocol}${by}).`
}

function checksumsText({ verified }: Found<'checksums'>): string {
  if (verified.length === 0) {
    return 'The store accepts whatever arrives: it does not notice bytes that change on the way. Ferry can only compare lengths.'
  }
  const names = verified.map((each) => ALGORITHM_NAMES[each]).join(', ')
  return `The store refuses bytes that changed on the way (${names}).`
}

function partSizeText(byteLength: number, verdict: CheckLine['verdict']): string {
  const size = formatRoundBytes(byteLength)
  return verdict === 'passed'
    ? `Parts of ${size} get through.`
    : `The connection is too slow to try a part of ${size} while you wait. Uploads still work, but take their time.`
}

function retentionText({ days }: Found<'retention'>): string {
  const time = days === null ? 'for a time' : `for ${formatCount(days, 'day', 'days')}`
  return `The bucket keeps every file ${time} (Object Lock), even after it is deleted. Uploads work; the check’s own files (.ferry-check-…) stay that long too, under a delete marker.`
}

export const NEVER_OVERWRITES = 'The store can refuse to overwrite a file, and Ferry tells it to.'

const LOOKS_FIRST =
  'Ferry checks before it writes; only a file that someone else uploads at the same moment could be overwritten.'

function conditionalText({ put, complete }: Found<'conditional-writes'>): string {
  if (put === 'honoured' && complete === 'honoured') return NEVER_OVERWRITES
  return `${sizesWithout(put, complete)} ${LOOKS_FIRST}`
}

function sizesWithout(put: ConditionSupport, complete: ConditionSupport): string {
  if (put === 'honoured') return 'Only small files can be written “only if nothing is there”.'
  if (complete === 'honoured') return 'Only large files can be written “only if nothing is there”.'
  return put === 'ignored' || complete === 'ignored'
    ? 'The store accepts the condition “only if nothing is there”, but ignores it.'
    : 'The store does not know the condition “only if nothing is there”.'
}

function partLimitText(maxPartCount: number): string {
  const count = formatCount(maxPartCount, 'part', 'parts')
  return maxPartCount === S3_LIMITS.maxPartCount
    ? `A file can have ${count}.`
    : `A file can have ${count} here; Ferry uses larger parts where needed.`
}

/** A line that passed without a rule means that the store does it itself. */
function unfinishedText({ days }: Found<'unfinished-rule'>, verdict: CheckLine['verdict']): string {
  if (days !== null) {
    return `The bucket removes unfinished uploads after ${formatCount(days, 'day', 'days')}.`
  }
  return verdict === 'passed'
    ? 'The store removes unfinished uploads by itself.'
    : 'No rule of the bucket removes unfinished uploads, and they cost money until someone does.'
}

const VERSIONING: Record<Found<'versioning'>['state'], string> = {
  on: 'The bucket keeps earlier versions of a file.',
  suspended: 'The bucket keeps the earlier versions it has, but adds no new ones.',
  off: 'The bucket keeps no earlier versions: a replaced file is gone.',
}

function publicText({ canRead, canList }: Found<'public-access'>): string {
  if (canRead && canList) {
    return 'Anyone on the internet can read and list the files here without a link. Turn this off at the store unless you want it.'
  }
  if (canRead) {
    return 'Anyone on the internet can read the files here without a link. Turn this off at the store unless you want it.'
  }
  return canList
    ? 'Anyone on the internet can list the files here. Turn this off at the store unless you want it.'
    : 'Only your keys and links open files.'
}

function linkLifeText({ maxSeconds, endsWith }: Found<'link-life'>): string {
  const life = formatDuration(maxSeconds * 1000)
  switch (endsWith) {
    case 'signature':
      return `Links can be valid for ${life}.`
    case 'session':
      return `Links can be valid for ${life}: they expire with the keys you use now.`
    case 'session-unknown':
      return 'Links expire with the keys you use now, and those do not say when.'
    default:
      return unreachable(endsWith)
  }
}
