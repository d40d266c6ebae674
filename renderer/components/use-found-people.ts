/** People of the whitelist who match what is being typed. */
import { useEffect, useState } from 'react'
import type { Contact } from '../../shared/contract.ts'
import { useStores } from './context.tsx'

/** Wait after a key before the whitelist is asked. */
const searchWait = 60
/** More would be a list to read; typing one more letter is faster. */
const mostPeople = 8

const noPeople: readonly Contact[] = []

type Answer = { readonly search: string; readonly people: readonly Contact[] }

/** `nobody`: the whitelist was asked for these very words, and nobody matches. */
type Found = { readonly people: readonly Contact[]; readonly nobody: boolean }

/** Contacts that match what was typed; the newest question wins, and answers to other words are not shown. */
export function useFoundPeople(text: string): Found {
  const { contacts, clock } = useStores()
  const [found, setFound] = useState<Answer>({ search: '', people: noPeople })
  const search = text.trim()
  useEffect(() => {
    // Taken back when the words change: an answer to older words is not shown.
    let current = search !== ''
    const ask = async () => {
      if (!current) return
      const people = await contacts.find(search, mostPeople)
      if (current) setFound({ search, people })
    }
    const undo = clock.after(searchWait, () => void ask())
    return () => {
      current = false
      undo()
    }
  }, [search, contacts, clock])
  // While the next answer is on its way, people found for the beginning of these words stay on screen.
  const people = found.search !== '' && search.startsWith(found.search) ? found.people : noPeople
  return { people, nobody: search !== '' && found.search === search && people.length === 0 }
}
