/** How components reach the stores and the time. */
import { createContext, type ReactNode, useContext, useEffect, useState } from 'react'
import { type StoreApi, useStore } from 'zustand'
import type { Stores } from '../store/stores.ts'

const StoresContext = createContext<Stores | undefined>(undefined)

/** Gives the stores to every component below. */
export function StoresProvider({ stores, children }: { readonly stores: Stores; readonly children: ReactNode }) {
  return <StoresContext value={stores}>{children}</StoresContext>
}

/** The stores of the page. Throws outside of `StoresProvider`. */
export function useStores(): Stores {
  const stores = useContext(StoresContext)
  if (!stores) throw new Error('a component outside of StoresProvider')
  return stores
}

/** The whole state of one slice; slices are small. */
export function useSlice<T>(slice: { readonly store: StoreApi<T> }): T {
  return useStore(slice.store)
}

/** The time, moving on every `period` milliseconds, for texts such as "3 minutes ago". */
export function useNow(period: number): number {
  const { clock } = useStores()
  const [now, setNow] = useState(clock.now())
  useEffect(() => {
    // The interval is the browser's, the time is the port's: tests decide what time it is.
    const timer = setInterval(() => setNow(clock.now()), period)
    return () => clearInterval(timer)
  }, [clock, period])
  return now
}

/** Whether something has lasted for more than `wait` milliseconds: what is shorter shows nothing. */
export function useLasting(active: boolean, wait = 100): boolean {
  const { clock } = useStores()
  const [lasting, setLasting] = useState(false)
  useEffect(() => {
    // Work that was over within the wait never shows: a spinner that flashes looks like a fault.
    if (!active) return undefined
    const undo = clock.after(wait, () => setLasting(true))
    return () => {
      undo()
      setLasting(false)
    }
  }, [active, wait, clock])
  return active && lasting
}
