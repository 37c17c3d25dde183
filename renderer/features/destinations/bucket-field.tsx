import { Button } from '../../design/button.tsx'
import { ComboboxField } from '../../design/suggest-field.tsx'
import { bucketsText } from './buckets-text.ts'
import { fieldTexts } from './field-props.ts'
import type { ConnectForm } from './use-connect-form.ts'

/** A name to type, or to choose from those that the keys may see. */
export function BucketField({ form }: { readonly form: ConnectForm }) {
  const seen = form.buckets
  const known = seen.phase === 'known' ? seen.value.buckets : []
  return (
    <ComboboxField
      {...fieldTexts(form, 'bucket')}
      role="textbox"
      value={form.draft.bucket}
      suggestions={known.map(({ name, region }) => ({ value: name, aside: region ?? undefined }))}
      listLabel="List buckets"
      placeholder="my-files"
      onType={(value) => form.type('bucket', value)}
      onPick={(name) => {
        const bucket = known.find((each) => each.name === name)
        if (bucket !== undefined) form.chooseBucket(bucket)
      }}
      onList={() => {
        if (known.length === 0) form.listBuckets()
      }}
      onPaste={form.pasteInto}
      hint={
        <>
          <span role="status">{bucketsText(seen)}</span>{' '}
          {seen.phase === 'refused' && seen.failure.kind === 'sign-in-needed' && (
            <Button onClick={form.signInToList}>Sign in…</Button>
          )}
        </>
      }
    />
  )
}
