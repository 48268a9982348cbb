import type { CertificateEntry, PresetEntry, QuirkEntry } from './entry.ts'

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

export { chainOf } from './recipe/member.ts'
export {
  algorithm,
  append,
  at,
  cut,
  days,
  dn,
  fill,
  flipBit,
  generalizedTime,
  generalNames,
  hex,
  host,
  label,
  param,
  parent,
  pem,
  replaceBytes,
  seconds,
  series,
  servername,
  text,
  utcTime,
} from './recipe/values.ts'
