import { CircleAlert, CircleCheck, Info, TriangleAlert, X } from 'lucide-react'
import type { ReactNode } from 'react'
import { IconButton } from './button.tsx'
import './notice.css'

type NoticeTone = 'calm' | 'good' | 'warn' | 'bad'

const ICONS = { calm: Info, good: CircleCheck, warn: TriangleAlert, bad: CircleAlert } as const

/** A panel in the flow of the page with one message and an action. */
export function Notice({
  tone,
  title,
  children,
  action,
  onDismiss,
  role,
}: {
  readonly tone: NoticeTone
  readonly title: ReactNode
  readonly children?: ReactNode
  readonly action?: ReactNode
  readonly onDismiss?: () => void
  readonly role?: 'status' | 'alert'
}) {
  const Icon = ICONS[tone]
  return (
    <div className={`notice notice-${tone}`} role={role}>
      <Icon size={18} className="notice-icon" aria-hidden="true" />
      <div className="notice-text">
        <p className="notice-title">{title}</p>
        {children}
      </div>
      {action !== undefined && <div className="notice-action">{action}</div>}
      {onDismiss !== undefined && (
        <IconButton label="Dismiss" className="notice-dismiss" onClick={onDismiss}>
          <X size={16} />
        </IconButton>
      )}
    </div>
  )
}
