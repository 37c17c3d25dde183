import { Menu as BaseMenu } from '@base-ui/react/menu'
import type { ReactElement, ReactNode } from 'react'
import './popup.css'

/** A button that opens a menu. `trigger` is the button itself. */
export function Menu({
  trigger,
  children,
  align = 'end',
}: {
  readonly trigger: ReactElement
  readonly children: ReactNode
  readonly align?: 'start' | 'end'
}) {
  return (
    <BaseMenu.Root>
      <BaseMenu.Trigger render={trigger} />
      <BaseMenu.Portal>
        <BaseMenu.Positioner className="popup-layer" sideOffset={4} align={align}>
          <BaseMenu.Popup className="popup">{children}</BaseMenu.Popup>
        </BaseMenu.Positioner>
      </BaseMenu.Portal>
    </BaseMenu.Root>
  )
}

export function MenuItem({
  icon,
  children,
  onSelect,
}: {
  readonly icon?: ReactNode
  readonly children: ReactNode
  readonly onSelect: () => void
}) {
  return (
    <BaseMenu.Item className="popup-item" onClick={onSelect}>
      {icon}
      {children}
    </BaseMenu.Item>
  )
}

export const MenuRadioGroup = BaseMenu.RadioGroup

export function MenuRadioItem({
  value,
  mark,
  children,
}: {
  readonly value: string
  readonly mark: ReactNode
  readonly children: ReactNode
}) {
  return (
    <BaseMenu.RadioItem className="popup-item" value={value} closeOnClick>
      <BaseMenu.RadioItemIndicator className="popup-mark">{mark}</BaseMenu.RadioItemIndicator>
      {children}
    </BaseMenu.RadioItem>
  )
}

/** A switch: choosing it leaves the menu open, and shows a mark while it is on. */
export function MenuCheckboxItem({
  isOn,
  mark,
  children,
  onChange,
}: {
  readonly isOn: boolean
  readonly mark: ReactNode
  readonly children: ReactNode
  readonly onChange: (isOn: boolean) => void
}) {
  return (
    <BaseMenu.CheckboxItem className="popup-item" checked={isOn} onCheckedChange={onChange}>
      <BaseMenu.CheckboxItemIndicator className="popup-mark">{mark}</BaseMenu.CheckboxItemIndicator>
      {children}
    </BaseMenu.CheckboxItem>
  )
}

export function MenuSeparator() {
  return <BaseMenu.Separator className="popup-separator" />
}
