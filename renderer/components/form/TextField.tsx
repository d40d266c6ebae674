/** A labelled field for one line of text. */
import { type ChangeEvent, useEffect, useId, useRef } from 'react'

type TextFieldProps = {
  readonly label: string
  readonly value: string
  readonly onChange: (value: string) => void
  readonly type?: 'text' | 'password' | 'date'
  readonly autoComplete?: string
  readonly hint?: string
  /** What was typed was refused; it is marked for assistive technology too. */
  readonly invalid?: boolean
  /** Whether the field takes the focus when it appears. */
  readonly focusFirst?: boolean
  readonly minLength?: number
  readonly optional?: boolean
}

/** Focuses once, when the field appears; what is typed elsewhere later never moves the focus. */
function useFirstFocus(wanted: boolean) {
  const box = useRef<HTMLInputElement>(null)
  const first = useRef(wanted)
  useEffect(() => {
    if (first.current) box.current?.focus()
  }, [])
  return box
}

/** A field with its label, its hint, and a mark where what was typed was wrong. */
export function TextField(props: TextFieldProps) {
  const id = useId()
  const box = useFirstFocus(props.focusFirst ?? false)
  const { label, value, onChange, type = 'text', autoComplete = 'off', hint, invalid, minLength } = props
  const { optional = false } = props
  return (
    <div className="grid gap-1.5">
      <label htmlFor={id} className="text-sm font-medium">
        {label}
      </label>
      <input
        id={id}
        type={type}
        className="input"
        value={value}
        onChange={(event: ChangeEvent<HTMLInputElement>) => onChange(event.target.value)}
        autoComplete={autoComplete}
        spellCheck={false}
        autoCapitalize="none"
        required={!optional}
        aria-invalid={invalid ? true : undefined}
        aria-describedby={hint === undefined ? undefined : `${id}-hint`}
        minLength={minLength}
        ref={box}
      />
      {hint !== undefined && (
        <p id={`${id}-hint`} className="text-sm text-muted">
          {hint}
        </p>
      )}
    </div>
  )
}
