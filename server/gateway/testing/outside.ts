/** A mail server somewhere in the world, as the filter for incoming mail meets it. */
import { generateKeyPairSync } from 'node:crypto'
import { dkimSign } from 'mailauth/lib/dkim/sign.js'
import type { Dns } from '../../mail/smtp/dkim.ts'
import { rawClient } from '../../mail/testing/raw-client.ts'

const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2_048 })
const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
const record = `v=DKIM1; k=rsa; p=${publicKey.export({ type: 'spki', format: 'der' }).toString('base64')}`

/** Knows the key of partner.test. */
export const partnerDns: Dns = {
  txt: (name) =>
    name === 's1._domainkey.partner.test' ? Promise.resolve([record]) : Promise.reject(new Error('ENOTFOUND')),
}

/** Signed by partner.test over all fields that count. */
export async function signedBy(raw: string): Promise<string> {
  const key = { signingDomain: 'partner.test', selector: 's1', privateKey: pem }
  const headerList = 'From:To:Subject:Date:MIME-Version:Content-Type:Message-ID'
  const options = { ...key, algorithm: 'rsa-sha256', headerList, signatureData: [key] }
  const { signatures } = await dkimSign(Buffer.from(raw), options)
  return `${signatures.trimEnd()}\r\n${raw}`
}

/** The answer to the last dot. */
export async function deliver(place: number | string, raw: string, to: readonly string[]): Promise<string> {
  const client = await rawClient(place)
  await client.reply()
  await client.ask('EHLO outside.test')
  await client.ask('MAIL FROM:<petra@partner.test>')
  for (const address of to) await client.ask(`RCPT TO:<${address}>`)
  await client.ask('DATA')
  const answer = await client.ask(`${raw}.`)
  client.close()
  return answer
}
