/** Makes names, addresses and subjects of the fake host as long as the world sends them. */

const longer: readonly (readonly [short: string, long: string])[] = [
  ['Bob Lin 林柏', 'Bartholomäus Lin-Wolfeschlegelsteinhausen, Vertriebsleitung 林柏'],
  ['bob@kith.test', 'bartholomaeus.lin-wolfeschlegelsteinhausen.vertriebsleitung.hamburg.altona@kith.test'],
  ['dana@kith.test', 'dana_roth_unbroken_address_without_any_place_to_break_it_at_all_0123456789@kith.test'],
  ['eva@partner.example', 'eva.of.the.partners.with.a.long.address@department-of-purchasing.partner.example'],
  [
    'Schedule for the fair',
    'Donaudampfschifffahrtsgesellschaftskapitaensmuetze, schedule for the fair and what to bring',
  ],
  [
    'Urgent transfer',
    'https://pay.example/urgent/transfer/0123456789012345678901234567890123456789012345678901234567890123456789',
  ],
  ['技術 Support', '技術支援與客戶服務部門（台北、台中、高雄）Support'],
  ['bob name', 'Bartholomäus Lin-Wolfeschlegelsteinhausen, Vertriebsleitung'],
  [
    'address249@other.test',
    'address249.with.a.long.local.part.that.never.breaks@subsidiary.of-the-other-organisation.test',
  ],
]

type Way = 'lengthen' | 'shorten'

/** The same value with each short text in place of its long one, or the other way round. */
export function exchanged<T>(value: T, way: Way): T {
  const text = longer.reduce(
    (all, [short, long]) => (way === 'lengthen' ? all.replaceAll(short, long) : all.replaceAll(long, short)),
    JSON.stringify(value),
  )
  return JSON.parse(text) as T
}
