/** What the engine needs from outside: everything ambient arrives here, so that a test can hold the clock and the dice. */

import type { z } from 'zod'
import type { KithContract } from '../../../shared/contract.ts'
import type { EventName, EventValue } from '../../../shared/rpc.ts'
import type { demoSchema } from '../../../shared/session.ts'
import type { Enrolment } from '../../../shared/whitelist/enrolment.ts'

/** Undoes a subscription or a timer; calling it twice is harmless. */
export type Undo = () => void

/** The time, and what happens later. */
export interface Clock {
  /** Milliseconds since the epoch. */
  readonly now: () => number
  /** Runs `act` once after `ms` milliseconds. */
  readonly after: (ms: number, act: () => void) => Undo
}

/** Facts beside a log line. Never an address, a name, a text or a secret. */
export type LogFacts = Readonly<Record<string, string | number | boolean>>

/** Lines for a support case: what happened, beside facts that name nobody. */
export interface Log {
  readonly info: (event: string, facts?: LogFacts) => void
  readonly warn: (event: string, facts?: LogFacts) => void
  readonly error: (event: string, facts?: LogFacts) => void
}

/** The domain name system, as far as proofs of senders need it. */
export interface DnsResolver {
  /** The TXT records of a name, each record's strings joined. Rejects when there is no answer. */
  readonly txt: (name: string) => Promise<readonly string[]>
}

/** The system's keychain did not answer, answered with an error, or is not there at all. Nothing was changed. */
export class SecretStoreUnavailable extends Error {
  constructor(reason: string) {
    super(`secret store unavailable: ${reason}`)
    this.name = 'SecretStoreUnavailable'
  }
}

/** A place for a few short secrets. Each call rejects with `SecretStoreUnavailable` when the place does not answer in time. */
export interface SecretStore {
  /** Whether it answers now; may change later, as when a desktop session locks its keyring. */
  readonly available: () => Promise<boolean>
  readonly get: (name: string) => Promise<string | undefined>
  readonly set: (name: string, value: string) => Promise<void>
  readonly delete: (name: string) => Promise<void>
}

/** The embedded demo server that a first run offers. */
export type Demo = z.infer<typeof demoSchema>

/** Announces a fact to every face that listens: an event of the contract with its value. */
export type Emit = <N extends EventName<KithContract>>(name: N, value: EventValue<KithContract, N>) => void

/** Who decides about a server that this profile has not met: the person, and never by way of the page, which may be an attacker's. */
export type ServerConsent = {
  /** Asks outside the page. `origin`: as an address is written, `https://kith.example.org`. */
  readonly confirm: (origin: string) => Promise<boolean>
  /** Whether a server on this machine may be met. Other programs listen there that trust whoever is on it. */
  readonly loopback: 'allowed' | 'refused'
}

/** Everything that the engine is given by its host. */
export type Ports = {
  /** Folder of this profile; made when missing. */
  readonly profile: string
  readonly secrets: SecretStore
  readonly clock: Clock
  /** Cryptographically strong random bytes. */
  readonly random: (count: number) => Uint8Array
  readonly log: Log
  readonly dns: DnsResolver
  readonly appVersion: string
  /** How the administrator's list of devices names this one: the machine, and the face that Kith has on it. */
  readonly deviceName: string
  /** BCP 47 tag of the system, for the first choice of language. */
  readonly systemLanguage: string
  /** An embedded demo server, offered while no server is set. */
  readonly demo?: Demo
  /** Servers trusted beforehand, found by their URL: root fingerprint and TLS pin. */
  readonly provisioned: readonly Enrolment[]
  readonly consent: ServerConsent
}
