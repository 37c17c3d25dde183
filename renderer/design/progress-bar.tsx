import { Progress } from '@base-ui/react/progress'
import './progress-bar.css'

/** `percent` null: how far is unknown. */
export function ProgressBar({
  label,
  percent,
  tone = 'live',
}: {
  readonly label: string
  readonly percent: number | null
  readonly tone?: 'live' | 'resting'
}) {
  return (
    <Progress.Root
      className={`progress progress-${tone}`}
      value={percent}
      aria-label={label}
      getAriaValueText={(_, value) => (value === null ? 'not known yet' : `${value} %`)}
    >
      <Progress.Track className="progress-track">
        <Progress.Indicator className="progress-fill" />
      </Progress.Track>
    </Progress.Root>
  )
}
