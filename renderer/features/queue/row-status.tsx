import { Shield, ShieldCheck } from 'lucide-react'
import type { ChecksumAlgorithm, Proof } from '../../../electron/contract/checksum.ts'
import { unreachable } from '../../../electron/lib/unreachable.ts'
import { useUploadDestination } from '../../app/services.tsx'
import { Details } from '../../design/details.tsx'
import { formatMoment } from '../../design/format.ts'
import { useNow } from '../../design/use-now.ts'
import type { UploadView } from '../../engine/view/queue-view.ts'
import { FailureDetails } from '../../failures/failure-details.tsx'
import { keptText, removalAt } from './kept-parts.ts'
import { statusDetail, statusWord } from './status-text.ts'

/** A row's status, on one line if there is room. */
export function RowStatus({ view }: { readonly view: UploadView }) {
  // Only countdowns need a clock: a retry by the second, a link's life by the half minute.
  const nowMs = useNow(view.retryAtMs === null ? 30_000 : 1000)
  const { status, name } = view.record
  const destination = useUploadDestination(view) ?? null
  const proof = view.phase === 'done' && status.phase === 'done' ? status.proof : null
  return (
    <p className="row-status">
      {proof === null ? (
        <span className="row-word">{statusWord(view)}</span>
      ) : (
        <ProvenWord word={statusWord(view)} proof={proof} view={view} nowMs={nowMs} />
      )}
      {statusDetail(view, nowMs, destination)}
      {isStuck(view) && <FailureDetails failure={view.failure} of={name} />}
      <KeptParts view={view} nowMs={nowMs} />
      {view.hasHiddenAnswers && <HiddenAnswers />}
    </p>
  )
}

function isStuck({ phase }: UploadView): boolean {
  return phase === 'failed' || phase === 'needs-you'
}

function ProvenWord({
  word,
  proof,
  view,
  nowMs,
}: {
  readonly word: string
  readonly proof: Proof
  readonly view: UploadView
  readonly nowMs: number
}) {
  if (proof.level !== 'none') {
    return (
      <span className="row-word">
        <ShieldCheck size={15} className="row-shield" aria-hidden="true" />
        {word}, <ProofDetails words="verified" proof={proof} view={view} nowMs={nowMs} />
      </span>
    )
  }
  return (
    <>
      <span className="row-word row-word-unproven">
        <Shield size={15} className="row-shield" aria-hidden="true" />
        {word}.
      </span>{' '}
      Uploaded, <ProofDetails words="not verified" proof={proof} view={view} nowMs={nowMs} />: this
      store offers no check
    </>
  )
}

function ProofDetails({
  words,
  proof,
  view: { record },
  nowMs,
}: {
  readonly words: string
  readonly proof: Proof
  readonly view: UploadView
  readonly nowMs: number
}) {
  const { title, sentences } = proofText(proof)
  const { status } = record
  return (
    <Details words={words} hint="how it was checked" title={title}>
      {sentences.map((sentence) => (
        <p key={sentence}>{sentence}</p>
      ))}
      {status.phase === 'done' && <p>Finished {formatMoment(status.finishedAtMs, nowMs)}.</p>}
    </Details>
  )
}

/** The upload works all the same, but the bucket's rule or a proxy should be corrected. */
function HiddenAnswers() {
  return (
    <>
      {' · '}
      <Details
        words="the store hides its answers"
        hint="what that means"
        title="The store’s answers are hidden from this window"
      >
        <p>
          The store took what this window sent, but its answers lack the CORS headers that would let
          the window read them.
        </p>
        <p>Ferry looked into the bucket instead, so nothing is sent twice; it only takes longer.</p>
        <p>
          The bucket’s CORS rule, or the proxy in front of the store, should add
          Access-Control-Allow-Origin to every answer, and expose ETag.
        </p>
      </Details>
    </>
  )
}

/** The parts that a stopped upload has in the bucket: briefly here, in full on demand. */
function KeptParts({ view, nowMs }: { readonly view: UploadView; readonly nowMs: number }) {
  const destination = useUploadDestination(view)
  const removal = destination === undefined ? null : removalAt(destination)
  const kept = keptText(view, removal, nowMs)
  if (kept === null) return null
  return (
    <>
      {' '}
      <Details words={kept.words} hint="more about them" title="What is in the bucket so far">
        {kept.sentences.map((sentence) => (
          <p key={sentence}>{sentence}</p>
        ))}
      </Details>{' '}
      {kept.howLong}.
    </>
  )
}

const ALGORITHM_NAMES: Record<ChecksumAlgorithm, string> = {
  crc64nvme: 'CRC64NVME',
  crc32c: 'CRC32C',
  sha256: 'SHA-256',
  md5: 'MD5',
}

interface ProofText {
  readonly title: string
  /** Explains the evidence in whole sentences. */
  readonly sentences: readonly string[]
}

/** The evidence behind "verified", or why there is none. */
function proofText(proof: Proof): ProofText {
  switch (proof.level) {
    case 'whole':
      return {
        title: 'The whole file was compared',
        sentences: [
          `The store’s checksum of the finished object is the file’s own (${ALGORITHM_NAMES[proof.algorithm]}).`,
          'What is in the bucket is the file as it was on this computer, byte for byte.',
        ],
      }
    case 'parts':
      return {
        title: 'Every part was compared',
        sentences: [
          `The store compared each part, as it arrived, with a checksum made on this computer (${ALGORITHM_NAMES[proof.algorithm]}), and holds all of them.`,
          'It offers no checksum of the finished object as a whole.',
        ],
      }
    case 'none':
      return {
        title: 'There was no checksum to compare',
        sentences: [
          'This store neither rejects damaged data nor reports a checksum of what it stores.',
          'Ferry made sure that the object has the file’s full length and that the file did not change while it was sent.',
        ],
      }
    default:
      return unreachable(proof)
  }
}
