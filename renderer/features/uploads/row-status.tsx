import { Shield, ShieldCheck } from 'lucide-react'
import type { Proof } from '../../../electron/contract/checksum.ts'
import { Details } from '../../design/details.tsx'
import { formatMoment } from '../../design/format.ts'
import { useNow } from '../../design/use-now.ts'
import type { UploadView } from '../../engine/view/queue-view.ts'
import { FailureDetails } from '../../failures/failure-details.tsx'
import { keptText, removalAt } from './kept-parts.ts'
import { proofText } from './proof-text.ts'
import { statusDetail, statusWord } from './status-text.ts'
import { useUploadDestination } from './use-destination.ts'

/** What a row says of itself, on one line where there is room. */
export function RowStatus({ view }: { readonly view: UploadView }) {
  // Only what counts down needs a clock: a retry by the second, a link's life by the half minute.
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

/** The upload works all the same; it is the bucket's rule, or a proxy, that wants mending. */
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

/** What a stopped upload has in the bucket: in short here, in full on demand. */
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
