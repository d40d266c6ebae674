/** A button that shows an icon and is named by words. */
import type { Ref } from 'react'
import { Icon, type IconName } from './Icons.tsx'

type IconButtonProps = {
  readonly label: string
  readonly icon: IconName
  readonly onClick: () => void
  readonly disabled?: boolean
  readonly className?: string
  readonly ref?: Ref<HTMLButtonElement>
}

/** A square button; `label` is its accessible name and its tooltip. */
export function IconButton({ label, icon, onClick, disabled = false, className = '', ref }: IconButtonProps) {
  return (
    <button
      type="button"
      ref={ref}
      className={`button button-quiet button-icon ${className}`}
      aria-label={label}
      title={label}
      disabled={disabled}
      onClick={onClick}
    >
      <Icon name={icon} />
    </button>
  )
}
