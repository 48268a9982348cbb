import type { CertificateEntry, Offset, PresetEntry, QuirkEntry } from './entry.ts'

/** Declares certificates; keeps ids literal and values typed. */
export const defineCertificates = <const Id extends string>(
  entries: Readonly<Record<Id, CertificateEntry>>,
): Readonly<Record<Id, CertificateEntry>> => entries

/** Declares quirks; keeps ids literal and values typed. */
export const defineQuirks = <const Id extends string>(
  entries: Readonly<Record<Id, QuirkEntry>>,
): Readonly<Record<Id, QuirkEntry>> => entries

/** Declares presets; keeps ids literal and values typed. */
export const definePresets = <const Id extends string>(
  entries: Readonly<Record<Id, PresetEntry>>,
): Readonly<Record<Id, PresetEntry>> => entries

/** That many days after the run's now; negative is before. */
export const days = (count: number): Offset => ({ days: count })

export { clearUse } from './fine-names.ts'
export * from './quirk-builders.ts'
