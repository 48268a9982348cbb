/** How a standard, a vulnerability or a paper is cited in the catalogue and the command tables. */
const forms = [
  { pattern: /^RFC (?<number>[1-9]\d{2,4})(?: §(?<section>[1-9A-Z]\d*(?:\.\d+)*))?$/, link: rfcLink },
  { pattern: /^RFC \d+ erratum (?<erratum>\d+)$/, link: erratumLink },
  { pattern: /^(?<cve>CVE-(?:199|20\d)\d-\d{4,7})$/, link: cveLink },
  { pattern: /^(?<draft>draft-[a-z0-9]+(?:-[a-z0-9]+)+-\d{2})(?: §[1-9A-Z]\d*(?:\.\d+)*)?$/, link: draftLink },
  // Standards of other bodies, with their clause: `CA/Browser Forum BR §7.1.2.7`, `ITU-T X.690 §8.3.2`.
  {
    pattern: /^(?:CA\/Browser Forum [A-Z]+|ITU-T X\.\d+|FIPS \d+-\d|NIST SP \d+-\d+)(?: §\d+(?:\.\d+)*)?$/,
    link: noLink,
  },
  // Anything else is a title and who published it: `NO STARTTLS, USENIX Security 2021`.
  { pattern: /^(?!RFC|CVE|draft-)[^,§]{4,}(?:, [^,§]{4,})+$/, link: noLink },
] as const

/** Whether a reference is spelled in one of the forms above. */
export const isWellFormed = (reference: string): boolean => forms.some(({ pattern }) => pattern.test(reference))

/** Markdown of a reference, linked where its address follows from its spelling. */
export function formatReference(reference: string): string {
  for (const { pattern, link } of forms) {
    const groups = pattern.exec(reference)?.groups
    const address = groups && link(groups)
    if (address) return `[${reference}](${address})`
  }
  return reference
}

type Groups = Readonly<Record<string, string | undefined>>

function rfcLink({ number, section }: Groups): string {
  const anchor = section ? `#${/^\d/.test(section) ? 'section' : 'appendix'}-${section}` : ''
  return `https://www.rfc-editor.org/rfc/rfc${number}${anchor}`
}

function erratumLink({ erratum }: Groups): string {
  return `https://www.rfc-editor.org/errata/eid${erratum}`
}

function cveLink({ cve }: Groups): string {
  return `https://www.cve.org/CVERecord?id=${cve}`
}

function draftLink({ draft }: Groups): string {
  return `https://datatracker.ietf.org/doc/html/${draft}`
}

function noLink(): undefined {
  return undefined
}
