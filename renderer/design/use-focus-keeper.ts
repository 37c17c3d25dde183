import { type FocusEvent, type RefObject, useLayoutEffect, useRef } from 'react'

/**
 * Keeps the keyboard focus in a group: when the focused control disappears, the first control that
 * is left in the group gets the focus.
 */
export function useFocusKeeper(group: RefObject<HTMLElement | null>) {
  const focused = useRef<Element | null>(null)
  useLayoutEffect(() => {
    if (focused.current === null || focused.current.isConnected) return
    focused.current = null
    if (document.activeElement !== document.body) return
    group.current?.querySelector<HTMLElement>('button:enabled, a[href]')?.focus()
  })
  return {
    onFocus({ target }: FocusEvent) {
      // React also forwards focus events of dialogs and menus, which are elsewhere in the document.
      if (group.current?.contains(target)) focused.current = target
    },
    onBlur({ relatedTarget }: FocusEvent) {
      if (relatedTarget !== null) focused.current = null
    },
  }
}
