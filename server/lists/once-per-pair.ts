/** Computed once for each pair of objects, however many lists share it. */
export function oncePerPair<T, V extends object>(make: (one: T, other: T) => V): (one: T, other: T) => V {
  // By identity: the sets of cards are shared objects, and comparing their contents would cost what this saves.
  const made = new Map<T, Map<T, V>>()
  return (one, other) => {
    const row = made.get(one) ?? new Map<T, V>()
    made.set(one, row)
    const value = row.get(other) ?? make(one, other)
    row.set(other, value)
    return value
  }
}
