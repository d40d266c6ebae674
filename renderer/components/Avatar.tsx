/** A circle with initials that stands for a person. */
import { initialsOf, tintOf } from './initials.ts'

type AvatarProps = { readonly name: string; readonly address: string; readonly size?: 'row' | 'large' }

/** Shows initials of the name on a colour that belongs to the address. Screen readers pass over it. */
export function Avatar({ name, address, size = 'row' }: AvatarProps) {
  return (
    <span aria-hidden="true" className={`avatar tint-${tintOf(address)} ${size === 'large' ? 'avatar-large' : ''}`}>
      {initialsOf(name, address)}
    </span>
  )
}
