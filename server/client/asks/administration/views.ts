/** How answers of the administration are cut to what was asked for. */

/** Whether the search is in one of the texts. */
export function finds(search: string, texts: readonly string[]): boolean {
  const wanted = search.trim().toLowerCase()
  return wanted === '' || texts.some((text) => text.toLowerCase().includes(wanted))
}

export function windowOf<T>(
  all: readonly T[],
  { from, count }: { readonly from: number; readonly count: number },
): readonly T[] {
  return all.slice(from, from + count)
}

/** As an answer carries it: whole characters in normal form, cut where it is long. */
export function plain(text: string, most = 4_000): string {
  return text.slice(0, most).toWellFormed().normalize('NFC')
}
