import { BrandMark } from '../../design/brand.tsx'
import { Button } from '../../design/button.tsx'
import { Notice } from '../../design/notice.tsx'

/** The host stopped answering while the window is open. */
export function HostGoneBanner() {
  return (
    <Notice tone="bad" role="alert" title="Ferry stopped.">
      <p>Start it again; your uploads go on from where they are.</p>
    </Notice>
  )
}

/** A whole window that can only say one thing. */
export function FullWindowMessage({
  title,
  children,
  action,
}: {
  readonly title: string
  readonly children: string
  readonly action?: { readonly label: string; readonly act: () => void }
}) {
  return (
    <main className="only-message">
      <div className="only-card" role="alert">
        <BrandMark size={40} />
        <h1>{title}</h1>
        <p>{children}</p>
        {action !== undefined && (
          <Button tone="primary" onClick={action.act}>
            {action.label}
          </Button>
        )}
      </div>
    </main>
  )
}
