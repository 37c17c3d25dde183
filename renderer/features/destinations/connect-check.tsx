import { useEffect, useRef } from 'react'
import { CheckList } from './check-report.tsx'
import { placeOfDraft } from './draft.ts'
import type { ConnectForm } from './use-connect-form.ts'

/** The connection check of what stands in the form. */
export function ConnectCheck({ form }: { readonly form: ConnectForm }) {
  const { run } = form
  const box = useRef<HTMLDivElement>(null)
  const checkId = run.phase === 'none' ? null : run.checkId
  useEffect(() => {
    if (checkId !== null) box.current?.scrollIntoView({ block: 'start' })
  }, [checkId])
  if (run.phase === 'none') return null
  const report = run.phase === 'done' ? run.report : null
  return (
    <div ref={box}>
      <CheckList
        lines={run.phase === 'done' ? run.report.lines : run.lines}
        isRunning={run.phase === 'running' || form.work === 'fixing'}
        notes={report?.notes ?? []}
        prefix={form.draft.prefix}
        at={placeOfDraft(form.draft)}
        onFix={(fix) => void form.fix(fix)}
      />
    </div>
  )
}
