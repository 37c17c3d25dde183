import { type FocusEvent, type RefObject, useLayoutEffect, useRef } from 'react'

/**
 * Keeps the keyboard's place: when the focused control of a group goes away with a change of
 * state, the focus moves to what stands in the group now, not to the top of the page.
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
      // React hands on the focus of dialogs and menus, which stand elsewhere in the document.
      if (group.current?.contains(target)) focused.current = target
    },
    onBlur({ relatedTarget }: FocusEvent) {
      if (relatedTarget !== null) focused.current = null
    },
  }
}
