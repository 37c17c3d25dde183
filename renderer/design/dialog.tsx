import './dialog.css'
import { AlertDialog as BaseAlert } from '@base-ui/react/alert-dialog'
import { Dialog as BaseDialog } from '@base-ui/react/dialog'
import { X } from 'lucide-react'
import type { ReactNode } from 'react'
import { Button, IconButton } from './button.tsx'

/** A modal dialog. Escape, the close button and a press outside close it. */
export function Dialog({
  isOpen,
  onClose,
  title,
  description,
  children,
  footer,
  isWide = false,
  keepOpenOnPress = false,
  initialFocus,
}: {
  readonly isOpen: boolean
  readonly onClose: () => void
  readonly title: ReactNode
  readonly description?: ReactNode
  readonly children: ReactNode
  readonly footer?: ReactNode
  readonly isWide?: boolean
  /** A press outside must not discard a filled form. */
  readonly keepOpenOnPress?: boolean
  /** The element that gets the focus first; null: the first control. */
  readonly initialFocus?: () => HTMLElement | null
}) {
  return (
    <BaseDialog.Root
      open={isOpen}
      onOpenChange={(open) => !open && onClose()}
      disablePointerDismissal={keepOpenOnPress}
    >
      <BaseDialog.Portal>
        <BaseDialog.Backdrop className="dialog-backdrop" />
        <BaseDialog.Popup
          className={isWide ? 'dialog dialog-wide' : 'dialog'}
          initialFocus={initialFocus}
        >
          <header className="dialog-head">
            <BaseDialog.Title className="dialog-title">{title}</BaseDialog.Title>
            <BaseDialog.Close render={<IconButton label="Close" />}>
              <X size={17} />
            </BaseDialog.Close>
          </header>
          <div className="dialog-body">
            {description !== undefined && (
              <BaseDialog.Description className="dialog-about">
                {description}
              </BaseDialog.Description>
            )}
            {children}
          </div>
          {footer !== undefined && <footer className="dialog-foot">{footer}</footer>}
        </BaseDialog.Popup>
      </BaseDialog.Portal>
    </BaseDialog.Root>
  )
}

/** Asks before an action that cannot be undone. */
export function ConfirmDialog({
  isOpen,
  title,
  children,
  confirmLabel,
  cancelLabel,
  onConfirm,
  onClose,
}: {
  readonly isOpen: boolean
  readonly title: string
  readonly children: ReactNode
  readonly confirmLabel: string
  readonly cancelLabel: string
  readonly onConfirm: () => void
  readonly onClose: () => void
}) {
  return (
    <BaseAlert.Root open={isOpen} onOpenChange={(open) => !open && onClose()}>
      <BaseAlert.Portal>
        <BaseAlert.Backdrop className="dialog-backdrop" />
        <BaseAlert.Popup className="dialog dialog-small">
          <div className="dialog-body">
            <BaseAlert.Title className="dialog-title">{title}</BaseAlert.Title>
            <BaseAlert.Description className="dialog-about">{children}</BaseAlert.Description>
          </div>
          <footer className="dialog-foot">
            <BaseAlert.Close render={<Button />}>{cancelLabel}</BaseAlert.Close>
            <BaseAlert.Close render={<Button tone="danger" />} onClick={onConfirm}>
              {confirmLabel}
            </BaseAlert.Close>
          </footer>
        </BaseAlert.Popup>
      </BaseAlert.Portal>
    </BaseAlert.Root>
  )
}

/** Whether a modal dialog is open. */
export function isDialogOpen(): boolean {
  return (
    document.querySelector(
      // A toast is a dialog too, but not a modal one.
      '[role="dialog"]:not([aria-modal="false"]), [role="alertdialog"]',
    ) !== null
  )
}
