/** A bar for work of which the end may or may not be known. */
import { Progress } from '@base-ui/react/progress'

type ProgressBarProps = {
  readonly label: string
  /** Absent while nobody knows how much there is to do. */
  readonly progress?: { readonly done: number; readonly total: number }
}

/** A bar that fills with the progress, or moves while nobody knows how much there is to do. */
export function ProgressBar({ label, progress }: ProgressBarProps) {
  return (
    <Progress.Root
      aria-label={label}
      value={progress ? progress.done : null}
      max={progress ? Math.max(progress.total, 1) : 100}
    >
      <Progress.Track className="progress">
        <Progress.Indicator className="progress-fill" />
      </Progress.Track>
    </Progress.Root>
  )
}
