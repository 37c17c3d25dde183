import { Progress } from '@base-ui/react/progress'
import './progress-bar.css'

/** `checking`: everything has arrived, and is being verified. */
export type ProgressTone = 'live' | 'resting' | 'checking'

/** `percent` null: the progress is unknown. */
export function ProgressBar({
  label,
  percent,
  tone = 'live',
}: {
  readonly label: string
  readonly percent: number | null
  readonly tone?: ProgressTone
}) {
  return (
    <Progress.Root
      className={`progress progress-${tone}`}
      value={percent}
      aria-label={label}
      getAriaValueText={(_, value) => valueText(value, tone)}
    >
      <Progress.Track className="progress-track">
        <Progress.Indicator className="progress-fill" />
      </Progress.Track>
    </Progress.Root>
  )
}

function valueText(value: number | null, tone: ProgressTone): string {
  if (value === null) return 'not known yet'
  return tone === 'checking' ? `checked ${value} %` : `${value} %`
}
