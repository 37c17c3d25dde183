import { Toast } from '@base-ui/react/toast'
import { X } from 'lucide-react'
import type { ReactNode } from 'react'
import { IconButton } from './button.tsx'
import './toasts.css'

/**
 * Short messages in the corner: announced politely, removed after a while, kept while hovered over.
 */
export function ToastProvider({ children }: { readonly children: ReactNode }) {
  return (
    <Toast.Provider timeout={8000} limit={3}>
      {children}
      <Toast.Portal>
        <Toast.Viewport className="toasts">
          <ToastList />
        </Toast.Viewport>
      </Toast.Portal>
    </Toast.Provider>
  )
}

export function useToasts(): { readonly say: (text: string, detail?: string) => void } {
  const { add } = Toast.useToastManager()
  return { say: (title, description) => void add({ title, description }) }
}

function ToastList() {
  const { toasts } = Toast.useToastManager()
  return toasts.map((toast) => (
    <Toast.Root key={toast.id} toast={toast} className="toast" swipeDirection={['right', 'down']}>
      <Toast.Content className="toast-content">
        <div className="toast-text">
          <Toast.Title className="toast-title" render={<p />} />
          <Toast.Description className="toast-detail" />
        </div>
        <Toast.Close render={<IconButton label="Dismiss" />}>
          <X size={16} />
        </Toast.Close>
      </Toast.Content>
    </Toast.Root>
  ))
}
