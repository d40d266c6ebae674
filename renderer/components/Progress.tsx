import { Progress } from '@base-ui/react/progress'

type ProgressBarProps = {
  readonly label: string
  /** Absent while nobody knows how much there is to do. */
  readonly progress?: { readonly done: number; readonly total: number }
}

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
