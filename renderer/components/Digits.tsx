/** Fingerprints as groups of digits, to be read aloud and compared. */
export function Digits({ text }: { readonly text: string }) {
  return <span className="digits">{text}</span>
}
