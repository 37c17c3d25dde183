import { createHash } from 'node:crypto'
import * as answers from './answers.ts'
import type { Operation, SeenRequest } from './seen-request.ts'
import { PASS, type Rule, type Verdict } from './verdict.ts'

/** A random fault: the requests it applies to, and its verdict. */
interface RandomFault {
  readonly suffers: (request: SeenRequest) => boolean
  /** @param share uniform in [0, 1): the position in the body. */
  readonly verdict: (request: SeenRequest, share: number) => Verdict
}

const of =
  (...operations: readonly Operation[]) =>
  ({ operation }: SeenRequest) =>
    operations.includes(operation)
const any = () => true
/** A browser reports a refused preflight only as a network error. */
const answerable = ({ operation }: SeenRequest) => operation !== 'Preflight'
const hasBody = (request: SeenRequest) =>
  of('UploadPart', 'PutObject')(request) && request.contentLength > 1
const signedParts = of('UploadPart', 'PutObject')
const ofUpload = of('UploadPart', 'ListParts', 'CompleteMultipartUpload')

const answer = (of: answers.Answer) => (): Verdict => ({ kind: 'answer', answer: of })
const always = (verdict: Verdict) => () => verdict
const within = ({ contentLength }: SeenRequest, share: number) =>
  Math.max(1, Math.floor(share * contentLength))

/** Every fault that can be chosen at random. */
const FAULTS = {
  'reset-before-body': { suffers: any, verdict: always({ kind: 'reset', afterBytes: 0 }) },
  'reset-in-body': {
    suffers: hasBody,
    verdict: (request, share) => ({ kind: 'reset', afterBytes: within(request, share) }),
  },
  'reset-after-body': {
    suffers: hasBody,
    verdict: always({ kind: 'reset', afterBytes: Number.POSITIVE_INFINITY }),
  },
  'lose-answer': { suffers: answerable, verdict: always({ kind: 'lose-answer' }) },
  'truncate-answer': { suffers: answerable, verdict: always({ kind: 'truncate-answer' }) },
  flip: {
    suffers: hasBody,
    verdict: (request, share) => ({ kind: 'flip', atByte: within(request, share) - 1 }),
  },
  'internal-error': { suffers: answerable, verdict: answer(answers.internalError) },
  'bad-gateway': { suffers: answerable, verdict: answer(answers.badGateway) },
  'slow-down': { suffers: answerable, verdict: answer(answers.slowDown()) },
  'slow-down-retry-after': { suffers: answerable, verdict: answer(answers.slowDown(1)) },
  'too-many-requests': { suffers: answerable, verdict: answer(answers.tooManyRequests()) },
  'url-expired': { suffers: signedParts, verdict: answer(answers.urlExpired) },
  'bad-digest': { suffers: hasBody, verdict: answer(answers.badDigest) },
  'error-inside-200': {
    suffers: of('CompleteMultipartUpload'),
    verdict: answer(answers.errorInside200),
  },
  'error-inside-200-after-work': {
    suffers: of('CompleteMultipartUpload'),
    verdict: always({ kind: 'replace-answer', answer: answers.errorInside200 }),
  },
  trickle: {
    suffers: hasBody,
    // Takes about three seconds, whatever its length.
    verdict: ({ contentLength }) => ({
      kind: 'trickle',
      bytesPerSecond: Math.max(1000, Math.ceil(contentLength / 3)),
    }),
  },
  stall: { suffers: any, verdict: always({ kind: 'stall' }) },
  'stall-answer': { suffers: answerable, verdict: always({ kind: 'stall-answer' }) },
  'upload-gone': { suffers: ofUpload, verdict: answer(answers.uploadGone) },
  'token-expired': { suffers: answerable, verdict: answer(answers.tokenExpired) },
  'signature-mismatch': { suffers: answerable, verdict: answer(answers.signatureMismatch) },
  'access-denied': { suffers: answerable, verdict: answer(answers.accessDenied) },
} as const satisfies Record<string, RandomFault>

export type RandomFaultName = keyof typeof FAULTS
export const RANDOM_FAULT_NAMES = Object.keys(FAULTS) as readonly RandomFaultName[]
/** The probability of each fault for a request that it applies to; absent: never. */
export type FaultRates = Readonly<Partial<Record<RandomFaultName, number>>>

/**
 * A bad connection to a bad store: about every fourth request gets a fault. Excluded are faults
 * that cost half a minute or more (`stall`, `stall-answer`), make an upload start over
 * (`upload-gone`), or need the user (`token-expired`, `signature-mismatch`, `access-denied`).
 */
export const USUAL_RATES: FaultRates = {
  'reset-before-body': 0.03,
  'reset-in-body': 0.05,
  'reset-after-body': 0.02,
  'lose-answer': 0.03,
  'truncate-answer': 0.02,
  flip: 0.03,
  'internal-error': 0.02,
  'bad-gateway': 0.01,
  'slow-down': 0.01,
  'slow-down-retry-after': 0.005,
  'too-many-requests': 0.005,
  'url-expired': 0.02,
  'bad-digest': 0.02,
  'error-inside-200': 0.1,
  'error-inside-200-after-work': 0.1,
  trickle: 0.01,
}

/**
 * Injects random faults. The nth request of an operation for a path and part always gets the same
 * verdict for the same seed, whatever other requests come in between; only the budget is shared by
 * all.
 */
export function randomRule(
  seed: number,
  rates: FaultRates = USUAL_RATES,
  maxFaults: number = Number.POSITIVE_INFINITY,
): Rule {
  const turns = new Map<string, number>()
  let faultsLeft = maxFaults
  return (request) => {
    const name = `${request.operation} ${request.path} ${request.partNumber}`
    const turn = (turns.get(name) ?? 0) + 1
    turns.set(name, turn)
    const [draw, share] = drawsOf(`${seed} ${name} ${turn}`)
    const verdict = faultsLeft > 0 ? dealt(request, rates, draw, share) : PASS
    if (verdict.kind !== 'pass') faultsLeft -= 1
    return verdict
  }
}

/**
 * The given fault, for schedules that are planned ahead; null: it does not apply to the request.
 */
export function faultOfKind(
  name: RandomFaultName,
  request: SeenRequest,
  share: number,
): Verdict | null {
  const fault: RandomFault = FAULTS[name]
  return fault.suffers(request) ? fault.verdict(request, share) : null
}

function dealt(request: SeenRequest, rates: FaultRates, draw: number, share: number): Verdict {
  let upTo = 0
  for (const name of RANDOM_FAULT_NAMES) {
    const fault: RandomFault = FAULTS[name]
    if (!fault.suffers(request)) continue
    upTo += rates[name] ?? 0
    if (draw < upTo) return fault.verdict(request, share)
  }
  return PASS
}

/** Two numbers, uniform in [0, 1). */
function drawsOf(text: string): readonly [number, number] {
  const hash = createHash('sha256').update(text).digest()
  return [hash.readUInt32BE(0) / 2 ** 32, hash.readUInt32BE(4) / 2 ** 32]
}
