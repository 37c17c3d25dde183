import { File } from 'lucide-react'

/** The extension as a small stamp; the name beside it says the rest. */
export function FileMark({ name }: { readonly name: string }) {
  const extension = extensionOf(name)
  const isLong = extension !== null && extension.length > 3
  return (
    <span className={isLong ? 'file-mark file-mark-long' : 'file-mark'} aria-hidden="true">
      {extension === null ? <File size={16} /> : extension}
    </span>
  )
}

/** Up to four letters or digits in capitals; null for none, and for dot files. */
export function extensionOf(name: string): string | null {
  const match = /[^.]\.([a-z0-9]{1,4})$/i.exec(name)
  return match?.[1]?.toUpperCase() ?? null
}
