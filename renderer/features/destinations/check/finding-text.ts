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

/** What a line of the check found out, in whole sentences. */
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
        : `The bucket is in the region ${finding.region}; the check went on there.`
    case 'checksums':
      return checksumsText(finding)
    case 'conditional-writes':
      return conditionalText(finding)
    case 'unsigned-headers':
      return finding.isObeyed
        ? 'The store obeys headers that nobody signed. Whoever gets hold of the address of an upload before it expires can copy any file of this bucket over that upload, and make it public. Ceph refuses such headers from 19.2.6 on (CVE-2026-54330); MinIO does not in any version yet. Ask whoever runs the store to update it, and keep files that must stay secret in another bucket.'
        : 'The store refuses or ignores headers that nobody signed.'
    case 'post-forms':
      return finding.isTaken
        ? 'The store takes uploads from web forms.'
        : 'The store takes no uploads from web forms, so nobody else can be given one. Your own uploads do not need it.'
    case 'part-size':
      return partSizeText(finding.byteLength, verdict)
    case 'retention':
      return retentionText(finding)
    case 'part-limit':
      return partLimitText(finding.maxPartCount)
    case 'cors-not-needed':
      return 'The desktop app uploads directly; the bucket needs no CORS rule for it.'
    case 'cors-any-origin':
      return 'The bucket’s CORS rule lets web pages of every origin upload, not only this window. They would still need a request that your keys have signed.'
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
    return 'Nothing protects the line (http): fine on this computer or inside your own network, and nowhere else.'
  }
  const by = issuer === null ? '' : `; its certificate is by ${issuer}`
  return `The store answers over an encrypted line (${protocol}${by}).`
}

function checksumsText({ verified }: Found<'checksums'>): string {
  if (verified.length === 0) {
    return 'The store takes whatever arrives: it does not notice bytes that change on their way. Ferry compares lengths, and can say no more.'
  }
  const names = verified.map((each) => ALGORITHM_NAMES[each]).join(', ')
  return `The store refuses bytes that changed on their way (${names}).`
}

function partSizeText(byteLength: number, verdict: CheckLine['verdict']): string {
  const size = formatRoundBytes(byteLength)
  return verdict === 'passed'
    ? `Parts of ${size} get through.`
    : `The line is too slow to try a part of ${size} while you wait. Uploads take their time all the same.`
}

function retentionText({ days }: Found<'retention'>): string {
  const time = days === null ? 'for a time' : `for ${formatCount(days, 'day', 'days')}`
  return `The bucket keeps every file ${time} (Object Lock), whoever deletes it. Uploads work; what the check put there (.ferry-check-…) stays that long, too, under a delete marker.`
}

export const NEVER_OVERWRITES =
  'The store refuses to overwrite a file when it is told to, and Ferry tells it.'

/** Where nobody stops a write, Ferry looks first; in between somebody else may be quicker. */
const LOOKS_FIRST =
  'Ferry looks before it writes; only a file that somebody else puts there in the same moment could be overwritten.'

function conditionalText({ put, complete }: Found<'conditional-writes'>): string {
  if (put === 'honoured' && complete === 'honoured') return NEVER_OVERWRITES
  return `${sizesWithout(put, complete)} ${LOOKS_FIRST}`
}

function sizesWithout(put: ConditionSupport, complete: ConditionSupport): string {
  if (put === 'honoured') return 'Only small files can be written “only if nothing is there”.'
  if (complete === 'honoured') return 'Only large files can be written “only if nothing is there”.'
  return put === 'ignored' || complete === 'ignored'
    ? 'The store takes the wish “only if nothing is there”, and ignores it.'
    : 'The store does not know the wish “only if nothing is there”.'
}

function partLimitText(maxPartCount: number): string {
  const count = formatCount(maxPartCount, 'part', 'parts')
  return maxPartCount === S3_LIMITS.maxPartCount
    ? `A file may have ${count}.`
    : `A file may have ${count} here; Ferry makes them larger where it must.`
}

/** Where no rule does and all is well, the store does it by itself. */
function unfinishedText({ days }: Found<'unfinished-rule'>, verdict: CheckLine['verdict']): string {
  if (days !== null) {
    return `The bucket removes unfinished uploads after ${formatCount(days, 'day', 'days')}.`
  }
  return verdict === 'passed'
    ? 'The store removes unfinished uploads by itself.'
    : 'No rule of the bucket removes what is left of broken uploads, and it costs money until somebody does.'
}

const VERSIONING: Record<Found<'versioning'>['state'], string> = {
  on: 'The bucket keeps earlier versions of a file.',
  suspended: 'The bucket keeps the earlier versions it has, and no new ones.',
  off: 'The bucket keeps no earlier versions: what is replaced is gone.',
}

function publicText({ canRead, canList }: Found<'public-access'>): string {
  if (canRead && canList) {
    return 'Anybody on the internet can read files here, and see the list of them, without a link. Turn that off at the store unless you mean it.'
  }
  if (canRead) {
    return 'Anybody on the internet can read files here, without a link. Turn that off at the store unless you mean it.'
  }
  return canList
    ? 'Anybody on the internet can see the list of files here. Turn that off at the store unless you mean it.'
    : 'Only your keys and links open files.'
}

function linkLifeText({ maxSeconds, endsWith }: Found<'link-life'>): string {
  const life = formatDuration(maxSeconds * 1000)
  switch (endsWith) {
    case 'signature':
      return `Links can live for ${life}.`
    case 'session':
      return `Links can live for ${life}: they end together with the keys you use now.`
    case 'session-unknown':
      return 'Links end together with the keys you use now, and those do not say when.'
    default:
      return unreachable(endsWith)
  }
}
