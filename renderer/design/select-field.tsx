import { Select } from '@base-ui/react/select'
import { Check, ChevronDown } from 'lucide-react'
import { useId } from 'react'
import './select-field.css'

export interface SelectOption<T extends string> {
  readonly value: T
  readonly label: string
}

export function SelectField<T extends string>({
  label,
  value,
  options,
  onChange,
}: {
  readonly label: string
  readonly value: T
  readonly options: readonly SelectOption<T>[]
  readonly onChange: (value: T) => void
}) {
  const id = useId()
  return (
    <div className="field">
      <span id={id} className="field-label">
        {label}
      </span>
      <Select.Root
        items={options}
        value={value}
        onValueChange={(next) => next !== null && onChange(next)}
      >
        <Select.Trigger className="select-trigger" aria-labelledby={id}>
          <Select.Value />
          <Select.Icon className="select-icon">
            <ChevronDown size={16} aria-hidden="true" />
          </Select.Icon>
        </Select.Trigger>
        <Select.Portal>
          <Select.Positioner className="popup-layer" sideOffset={4} alignItemWithTrigger={false}>
            <Select.Popup className="popup select-popup">
              <Select.List className="popup-list">
                {options.map((option) => (
                  <Select.Item key={option.value} value={option.value} className="popup-item">
                    <Select.ItemIndicator className="popup-mark">
                      <Check size={15} aria-hidden="true" />
                    </Select.ItemIndicator>
                    <Select.ItemText>{option.label}</Select.ItemText>
                  </Select.Item>
                ))}
              </Select.List>
            </Select.Popup>
          </Select.Positioner>
        </Select.Portal>
      </Select.Root>
    </div>
  )
}
