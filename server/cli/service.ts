/** `kith-server run` and `kith-server call`: changes from a file, and any operation by its name. */
import type { Command } from 'commander'
import type { z } from 'zod'
import { definitionOf, fieldOf, isTime } from '../admin-soap/typed-xml.ts'
import { change } from './changing.ts'
import { type ChangeOptions, changeOptions, commonOptions, operating, withChange, withCommon } from './command.ts'
import { type Outcome, refused, succeeded, told, unavailable } from './outcome.ts'
import { jsonOf, readText } from './text.ts'
import type { Transport } from './transport.ts'

/** Adds `run` and `call`; they work here and by a server elsewhere. */
export function addServiceCommands(program: Command): void {
  withChange(program.command('run <file>').description('changes: a JSON array, all or none')).action(
    operating(changeOptions, runFile),
  )
  withCommon(
    program.command('call <operation> [json]').description('any operation of the service, as its WSDL names it'),
  ).action(operating(commonOptions, callAny))
}

async function runFile(transport: Transport, options: ChangeOptions, file = ''): Promise<Outcome> {
  const text = await readText(file)
  if (text === undefined) return unavailable(`cannot read ${file}`)
  const changes = jsonOf(text)
  return Array.isArray(changes)
    ? change(transport, options, changes)
    : refused(`${file} is not a JSON array of changes`)
}

async function callAny(transport: Transport, _options: unknown, name = '', json = '{}'): Promise<Outcome> {
  const { answerForm, operationsByName } = await import('../admin-soap/operations.ts')
  const operation = operationsByName.get(name)
  if (!operation) return refused(`there is no operation ${name}`)
  const form = answerForm(operation)
  return told(await transport.call(name, jsonOf(json), form), (value) => {
    const shown = Object.fromEntries(
      Object.entries(value).map(([field, one]) => [field, withTimes(form.shape[field], one)]),
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
