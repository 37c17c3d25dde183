import { type FormEvent, useRef, useState } from 'react'
import {
  type Destination,
  DestinationColor,
} from '../../../../electron/contract/commands/destinations.ts'
import type { Failure } from '../../../../electron/contract/failure/kinds.ts'
import { useServices } from '../../../app/services.tsx'
import { Button } from '../../../design/button.tsx'
import { DestinationMark } from '../../../design/destination-mark.tsx'
import { Dialog } from '../../../design/dialog.tsx'
import { TextField } from '../../../design/field.tsx'
import { FailureNotice } from '../../../failures/failure-details.tsx'
import './appearance-dialog.css'

const FORM_ID = 'appearance-form'

/** Changes a destination's name and colour. Mounted only while it is open. */
export function AppearanceDialog({
  destination,
  onClose,
}: {
  readonly destination: Destination
  readonly onClose: () => void
}) {
  const { destinationId, name: formerName, color: formerColor } = destination
  const { commands, appState } = useServices()
  const [name, setName] = useState(formerName)
  const [color, setColor] = useState(formerColor)
  const nameInput = useRef<HTMLInputElement>(null)
  const [failure, setFailure] = useState<Failure | null>(null)
  const isEmpty = name.trim() === ''
  const save = async (event: FormEvent) => {
    event.preventDefault()
    if (isEmpty) return
    const answer = await commands.setDestinationLook({ destinationId, name: name.trim(), color })
    if (!answer.ok) return setFailure(answer.failure)
    await appState.refresh()
    onClose()
  }
  return (
    <Dialog
      isOpen
      onClose={onClose}
      initialFocus={() => nameInput.current}
      title={`Rename ${formerName}`}
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button tone="primary" type="submit" form={FORM_ID}>
            Save
          </Button>
        </>
      }
    >
      <form
        id={FORM_ID}
        className="appearance-form"
        noValidate
        onSubmit={(event) => void save(event)}
      >
        <TextField
          ref={nameInput}
          label="Name"
          value={name}
          maxLength={200}
          problem={isEmpty ? 'A destination needs a name.' : undefined}
          onChange={({ target }) => setName(target.value)}
        />
        <Colors name={name} color={color} onChoose={setColor} />
      </form>
      {failure !== null && (
        <FailureNotice failure={failure} at={destination} of={destination.name} />
      )}
    </Dialog>
  )
}

function Colors({
  name,
  color,
  onChoose,
}: {
  readonly name: string
  readonly color: DestinationColor
  readonly onChoose: (color: DestinationColor) => void
}) {
  return (
    <fieldset className="appearance-colors">
      <legend className="field-label">Colour</legend>
      {DestinationColor.options.map((each) => (
        <label key={each} className="appearance-color" title={COLOR_NAMES[each]}>
          <input
            type="radio"
            name="color"
            className="visually-hidden"
            aria-label={COLOR_NAMES[each]}
            checked={each === color}
            onChange={() => onChoose(each)}
          />
          <DestinationMark name={name} color={each} />
        </label>
      ))}
    </fieldset>
  )
}

const COLOR_NAMES: Record<DestinationColor, string> = {
  blue: 'Blue',
  teal: 'Teal',
  green: 'Green',
  amber: 'Amber',
  orange: 'Orange',
  red: 'Red',
  pink: 'Pink',
  violet: 'Violet',
  gray: 'Grey',
}
