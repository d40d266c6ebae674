/** A conversation's id: the contact's address with ASCII letters folded, and nothing else (A3). */
export function conversationId(address: string): string {
  return address.replace(/[A-Z]/g, (letter) => letter.toLowerCase())
}
