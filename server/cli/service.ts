/** `kith-server run` and `kith-server call`: changes from a file, and any operation by its name. */
import { z } from 'zod'
import { definitionOf, fieldOf, isTime } from '../admin-soap/typed-xml.ts'
import { change } from './changing.ts'
import { type Given, operating } from './command.ts'
import { argument, changeFields, word } from './fields.ts'
import { type Outcome, refused, succeeded, told, unavailable } from './outcome.ts'
import { jsonOf, readText } from './text.ts'
import type { Transport } from './transport.ts'

const runFields = { ...changeFields, file: word('<file>') }
const callFields = {
  operation: word('<operation>'),
  input: argument(z.string().default('{}'), '[json]'),
}

/** `run`; it works here and by a server elsewhere. */
export const runCommand = operating('run', 'changes: a JSON array, all or none', runFields, runFile)

/** `call`, likewise. */
export const callCommand = operating('call', 'any operation of the service, as its WSDL names it', callFields, callAny)

async function runFile(transport: Transport, { file, ...options }: Given<typeof runFields>): Promise<Outcome> {
  const text = await readText(file)
  if (text === undefined) return unavailable(`cannot read ${file}`)
  const changes = jsonOf(text)
  return Array.isArray(changes)
    ? change(transport, options, changes)
    : refused(`${file} is not a JSON array of changes`)
}

async function callAny(transport: Transport, { operation: name, input }: Given<typeof callFields>): Promise<Outcome> {
  const { operationsByName } = await import('../admin-soap/operations.ts')
  const operation = operationsByName.get(name)
  if (!operation) return refused(`there is no operation ${name}`)
  return told(await transport.call(name, jsonOf(input), operation.wire), (value) => {
    const shown = Object.fromEntries(
      Object.entries(value).map(([field, one]) => [field, withTimes(operation.wire.shape[field], one)]),
    )
    return succeeded(JSON.stringify(shown, undefined, 2), shown)
  })
}

/** The value with its times as ISO 8601. */
function withTimes(form: z.core.$ZodType | undefined, value: unknown): unknown {
  if (!form || value === undefined) return value
  const { of } = fieldOf(form)
  if (Array.isArray(value)) return value.map((one: unknown) => withTimes(of, one))
  if (isTime(of) && typeof value === 'number') return new Date(value).toISOString()
  const definition = definitionOf(of)
  if (definition.type !== 'object' || typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value).map(([field, one]) => [field, withTimes(definition.shape[field], one)]),
  )
}
