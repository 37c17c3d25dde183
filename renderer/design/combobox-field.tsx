import { Autocomplete } from '@base-ui/react/autocomplete'
import { ChevronDown } from 'lucide-react'
import { type ClipboardEventHandler, type ReactNode, useId, useState } from 'react'
import { FieldAbout, FieldLabel } from './field.tsx'
import './combobox-field.css'
import { Isolated } from './isolated.tsx'

interface Suggestion {
  readonly value: string
  /** Shown beside the value: a region, a kind. */
  readonly aside?: string | undefined
}

interface ComboboxFieldProps {
  readonly label: string
  readonly name: string
  readonly value: string
  readonly suggestions: readonly Suggestion[]
  /** The accessible name of the button that opens the list. */
  readonly listLabel: string
  readonly onType: (value: string) => void
  readonly onPick: (value: string) => void
  /** Called when the user opens the list. */
  readonly onList?: () => void
  readonly onPaste?: ClipboardEventHandler<HTMLInputElement> | undefined
  readonly placeholder?: string | undefined
  readonly aside?: string | undefined
  readonly hint?: ReactNode
  readonly problem?: string | undefined
  readonly note?: string | undefined
  /** A `textbox` is filled in mostly by typing. */
  readonly role?: 'combobox' | 'textbox'
}

/**
 * A text field with values to choose from. It accepts any text. The list opens by its button or the
 * arrow keys, never while typing, because an open list hides the rest of the form from assistive
 * technology.
 */
export function ComboboxField(props: ComboboxFieldProps) {
  const id = useId()
  const [isOpen, setIsOpen] = useState(false)
  const [isNarrowed, setIsNarrowed] = useState(false)
  const { label, name, value, suggestions, onType, onPick, onList, role = 'combobox' } = props
  const items = isNarrowed ? suggestions.filter((each) => fits(each, value)) : suggestions
  // An open list hides the rest of the form from assistive technology, so an empty list stays
  // closed.
  const isShown = isOpen && items.length > 0
  return (
    <div className="field">
      <FieldLabel htmlFor={id} label={label} aside={props.aside} />
      <Autocomplete.Root
        items={items}
        itemToStringValue={(each: Suggestion) => each.value}
        mode="none"
        name={name}
        value={value}
        open={isShown}
        onOpenChange={(open, { reason }) => {
          if (open && reason === 'input-change') return
          if (open && !isShown) onList?.()
          setIsNarrowed(false)
          setIsOpen(open)
        }}
        onValueChange={(next, { reason }) => {
          if (reason === 'item-press') return onPick(next)
          // Base UI empties the field on Escape, which closes the dialog here.
          if (reason === 'escape-key') return
          setIsNarrowed(true)
          onType(next)
        }}
      >
        <Autocomplete.InputGroup
          className="field-box"
          onBlur={({ currentTarget, relatedTarget }) => {
            // A list that arrives late must not open over what the user is doing by then.
            if (!isShown && !currentTarget.contains(relatedTarget)) setIsOpen(false)
          }}
        >
          <Autocomplete.Input
            {...(role === 'textbox' ? AS_TEXTBOX : {})}
            id={id}
            className="field-input suggest-input"
            autoCapitalize="off"
            autoCorrect="off"
            spellCheck={false}
            placeholder={props.placeholder}
            onPaste={props.onPaste}
            aria-invalid={props.problem === undefined ? undefined : true}
            aria-describedby={`${id}-about`}
          />
          <Autocomplete.Trigger
            className="icon-button suggest-trigger"
            aria-label={props.listLabel}
            title={props.listLabel}
          >
            <ChevronDown size={16} aria-hidden="true" />
          </Autocomplete.Trigger>
        </Autocomplete.InputGroup>
        <ComboboxPopup label={label} />
      </Autocomplete.Root>
      <FieldAbout id={`${id}-about`} hint={props.hint} problem={props.problem} note={props.note} />
    </div>
  )
}

/** ARIA allows a textbox to have a list, but not to say whether it is open. */
const AS_TEXTBOX = { role: 'textbox', 'aria-expanded': undefined } as const

function ComboboxPopup({ label }: { readonly label: string }) {
  return (
    <Autocomplete.Portal>
      <Autocomplete.Positioner className="popup-layer" sideOffset={4} align="start">
        <Autocomplete.Popup className="popup suggest-popup">
          <Autocomplete.List className="popup-list" aria-label={label}>
            {(each: Suggestion) => (
              <Autocomplete.Item key={each.value} value={each} className="popup-item suggest-item">
                <span className="suggest-value">
                  <Isolated text={each.value} />
                </span>
                {each.aside !== undefined && (
                  <span className="field-aside">
                    <Isolated text={each.aside} />
                  </span>
                )}
              </Autocomplete.Item>
            )}
          </Autocomplete.List>
        </Autocomplete.Popup>
      </Autocomplete.Positioner>
    </Autocomplete.Portal>
  )
}

function fits({ value, aside = '' }: Suggestion, typed: string): boolean {
  return `${value} ${aside}`.toLowerCase().includes(typed.trim().toLowerCase())
}
