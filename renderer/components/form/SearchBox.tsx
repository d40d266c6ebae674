/** The search field above a list. */
import { Icon } from '../Icons.tsx'

type SearchBoxProps = {
  readonly label: string
  readonly value: string
  readonly onChange: (value: string) => void
  /** ArrowDown leads into the list below. */
  readonly onLeave?: () => void
}

/** A field that searches with each key; Escape empties it. */
export function SearchBox({ label, value, onChange, onLeave }: SearchBoxProps) {
  return (
    <div className="search">
      <Icon name="search" size={18} />
      <input
        type="search"
        className="input"
        aria-label={label}
        placeholder={label}
        value={value}
        maxLength={200}
        autoComplete="off"
        spellCheck={false}
        onChange={(event) => onChange(event.target.value)}
        onKeyDown={(event) => {
          // Keys within a composition belong to the input method: Escape there takes back a candidate, not the search.
          if (event.nativeEvent.isComposing) return
          if (event.key === 'ArrowDown') {
            event.preventDefault()
            onLeave?.()
          }
          if (event.key === 'Escape' && value !== '') {
            event.preventDefault()
            onChange('')
          }
        }}
      />
    </div>
  )
}
