/**
 * Substring search over many contacts. All their texts stand in one long string, so that a search is one walk through
 * memory instead of 100,000. Changes are kept beside the string; when many have gathered, the string is made anew.
 */
import { type ContactItem, foldText, insertItem } from './contact-item.ts'

/** Finds contacts by parts of their text. */
export type ContactSearch = {
  /** The items that contain every word, in display order. Words are folded and hold no white space. */
  readonly find: (words: readonly string[]) => readonly ContactItem[]
  /** Notes a change; false when it is time to make the search anew. */
  readonly change: (gone: readonly ContactItem[], added: readonly ContactItem[]) => boolean
}

/** From so many changed items on, the search is made anew. */
const layLimit = 500

/** A search over items in display order; it costs one walk over all their text. */
export function createContactSearch(items: readonly ContactItem[]): ContactSearch {
  const { text, starts } = joined(items)
  const gone = new Set<ContactItem>()
  const added = new Set<ContactItem>()
  return {
    find: (words) => {
      // The longest word first: it occurs least often, and the others are looked for only where it does.
      const [first = '', ...others] = [...words].sort((a, b) => b.length - a.length)
      const kept: ContactItem[] = []
      for (const index of matches(text, starts, first)) {
        const item = items[index]
        if (!item || gone.has(item)) continue
        const own = others.length === 0 ? '' : text.slice(starts[index], starts[index + 1])
        if (others.every((word) => own.includes(word))) kept.push(item)
      }
      for (const item of added) if (words.every((word) => searchText(item).includes(word))) insertItem(kept, item)
      return kept
    },
    change: (leaving, coming) => {
      for (const item of leaving) if (!added.delete(item)) gone.add(item)
      for (const item of coming) added.add(item)
      return gone.size + added.size <= layLimit
    },
  }
}

/** Name, nickname, address, remark and groups. No word holds a line break, so none matches across two fields. */
function searchText({ contact }: ContactItem): string {
  const { name, nickname, address, remark, groups } = contact
  return foldText([name, nickname, address, remark, ...groups].join('\n'))
}

function joined(items: readonly ContactItem[]): { readonly text: string; readonly starts: Uint32Array } {
  const texts = items.map(searchText)
  const starts = new Uint32Array(items.length + 1)
  let at = 0
  for (const [index, text] of texts.entries()) {
    starts[index] = at
    at += text.length + 1
  }
  starts[items.length] = at
  return { text: `${texts.join('\n')}\n`, starts }
}

function matches(text: string, starts: Uint32Array, word: string): number[] {
  const found: number[] = []
  let index = 0
  for (let at = text.indexOf(word); at >= 0 && index + 1 < starts.length;) {
    while ((starts[index + 1] ?? Number.POSITIVE_INFINITY) <= at) index += 1
    found.push(index)
    index += 1
    // On to the next contact: one match in each is enough.
    at = text.indexOf(word, starts[index])
  }
  return found
}
