/** Asks the policy service as an smtpd process of Postfix does. */
import { once } from 'node:events'
import { connect } from 'node:net'

type PolicyClient = {
  /** The action for one state of the mail transaction. */
  ask(state: string, recipient?: string): Promise<string>
  close(): void
}

/** One connection, for one transaction of alice's. */
function policyClient(socket: string, instance = 'i1'): PolicyClient {
  const connection = connect(socket)
  return {
    async ask(state, recipient = '') {
      const asked = { request: 'smtpd_access_policy', protocol_state: state, instance, sasl_username: 'alice' }
      const attributes = Object.entries({ ...asked, sender: 'alice@kith.test', recipient })
      connection.write(`${attributes.map(([name, value]) => `${name}=${value}\n`).join('')}\n`)
      const [answer] = await once(connection, 'data')
      return String(answer)
        .trim()
        .replace(/^action=/, '')
    },
    close: () => connection.destroy(),
  }
}

/** The field that Postfix puts in front of alice's message to these. */
export async function proofFor(socket: string, recipients: readonly string[], instance?: string): Promise<string> {
  const client = policyClient(socket, instance)
  for (const recipient of recipients) await client.ask('RCPT', recipient)
  const action = await client.ask('DATA')
  client.close()
  return action.replace(/^PREPEND /, '')
}
